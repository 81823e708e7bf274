// Sends a move and believes nothing but the server's answer. The same key is sent until one comes.
import { ask } from "./answers.js";
import { say } from "./bar.js";
import { clear, show } from "./refused.js";
import { anyUnanswered, dropTyped, keepTyped, setUnanswered, unansweredKey } from "./typed.js";

const PAUSES = [1000, 2000, 4000, 8000];
const UNKNOWN = "Not known whether it was saved: no answer came";
const SEND_AGAIN = "Everything you typed is still here. Send it again: it can be saved only once.";
const REFUSED = { sentence: "NOT SAVED: the server refused it, and did not say why.", remedy: "Change what you typed, for example shorten it, and send it again." };
const sending = new Set(); // ids of forms
const waiting = new Map(); // id of a form → its move, pressed while nobody was signed in

export function sendByFetch(live) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.move")) return;
    event.preventDefault();
    if (!sending.has(form.id)) send(pressed(form, event.submitter), live);
  });
  if (anyUnanswered()) say("sending", `${UNKNOWN}. ${SEND_AGAIN}`);
  live.whenSignedIn(() => sendWaiting(live));
  addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());
}

function pressed(form, button) {
  const body = new FormData(form);
  // STOP never goes by an old key: it would be answered as the first one was, though the run goes on since.
  const key = form.id === "stop" ? null : unansweredKey(form);
  if (key) body.set("key", key);
  const text = button?.dataset.asFile;
  if (text) {
    body.set("file", new File([body.get(text)], `${text}.txt`, { type: "text/plain" }));
    body.delete(text);
  }
  // Not the property: without the attribute it names the page itself.
  const url = button?.getAttribute("formaction") ?? form.getAttribute("action");
  return { form, url, body, words: button?.firstChild.textContent ?? "", wrote: written(form), again: Boolean(key) };
}

// What a person put into the form: all but what the page itself writes there.
function written(form) {
  const own = ["csrfmiddlewaretoken", "key", "seen"];
  return JSON.stringify([...new FormData(form)].filter(([name]) => !own.includes(name)).map(([name, value]) => [name, value.name ?? value]));
}

// The page may have drawn the form again while the answer was on its way.
const now = (form) => document.getElementById(form.id) ?? form;

async function send(move, live) {
  const { form } = move;
  waiting.delete(form.id);
  sending.add(form.id);
  now(form).setAttribute("aria-busy", "true");
  say("sending", "Sending. NOT SAVED until the server has answered.");
  const answer = await until(move, live);
  sending.delete(form.id);
  now(form).removeAttribute("aria-busy");
  if (answer.kind === "answer") return judge(move, answer, live);
  if (answer.kind === "signed_out" || answer.kind === "other_person") return wait(move, answer.kind, live);
  setUnanswered(form, move.body.get("key"));
  const what = answer.lost ? UNKNOWN : "NOT SAVED: something between here and the server answers in its place";
  say("sending", `${what}. ${SEND_AGAIN}`);
}

// A network failure says nothing about whether the move arrived: ask again with the same key.
async function until({ form, url, body }, live) {
  let lost = false;
  let renewed = false;
  for (const pause of [...PAUSES, 0]) {
    const headers = { Accept: "application/json" };
    const answer = await ask(url, { method: "POST", body, headers });
    const refused = answer.kind === "answer" && answer.response.status >= 400;
    const data = (await answer.response?.json().catch(() => null)) ?? (refused ? REFUSED : null);
    if (data?.code === "stale_form" && !renewed) {
      renewed = await live.refresh();
      body.set("csrfmiddlewaretoken", live.token());
      continue;
    }
    if (answer.kind === "answer" ? data : answer.kind === "signed_out" || answer.kind === "other_person") return { ...answer, data };
    lost ||= answer.kind !== "foreign";
    if (lost) setUnanswered(form, body.get("key"));
    say("sending", `${lost ? UNKNOWN : "NOT SAVED: the server was not reached"}; trying again with the same key.`);
    await new Promise((done) => setTimeout(done, pause));
  }
  return { kind: "none", lost };
}

async function judge({ form, again }, { response, data }, live) {
  const here = now(form);
  say("sending", again && data.replayed ? "Saved already, when you first sent it." : "");
  setUnanswered(form, undefined);
  newKey(here);
  if (!response.ok) {
    show(here, data);
    await live.refresh();
    return;
  }
  clear(here);
  here.reset();
  here.closest("details")?.removeAttribute("open");
  keepTyped();
  dropTyped(form);
  await live.refresh();
  document.querySelector("#now")?.scrollIntoView({ block: "start" });
}

// Kept as it was pressed. The steps, and what was typed, stay as they are.
function wait(move, kind, live) {
  waiting.set(move.form.id, move);
  const words = [...waiting.values()].map((one) => `“${one.words.trim()}”`).join(", ");
  say("sending", waiting.size > 1 ? `NOT SAVED: ${words}. They are sent when you are signed in again.` : `${words} is NOT SAVED. It is sent when you are signed in again.`);
  live.enter(kind);
}

async function sendWaiting(live) {
  // STOP first: what was pressed beside it is judged by the run that is held then.
  for (const move of [...waiting.values()].sort((one, other) => (other.form.id === "stop") - (one.form.id === "stop"))) {
    const form = now(move.form);
    if (form.isConnected && written(form) !== move.wrote) {
      waiting.delete(form.id);
      say("sending", `“${move.words.trim()}” is NOT SAVED: you changed the form since. Send it again.`);
      continue;
    }
    move.body.set("csrfmiddlewaretoken", live.token());
    await send(move, live);
  }
}

function newKey(form) {
  const key = form.elements.key;
  if (key) key.value = crypto.randomUUID?.().replaceAll("-", "") ?? `${Date.now()}${Math.random()}`.slice(0, 40);
}
