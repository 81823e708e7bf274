// Follows the log. A message says only that something happened; what is shown is always the server's page.
import { ask, run } from "./answers.js";
import { say } from "./bar.js";
import { place, places, type, typed, typeReturned } from "./typed.js";

const SILENCE = 10_000; // after this long without a word the controls are locked
const AGAIN = 3_000; // between two looks at whether the person is signed in again
const SIGN_IN = { words: "Sign in in a new tab", href: "/accounts/login/?next=/accounts/again/" };
// What is shown while this page's person is not the one who is signed in. Nothing is locked or taken away.
const SESSIONS = {
  signed_out: ["Signed out. NOT SAVED. What you typed stays on this page.", "signed out", SIGN_IN],
  other_person: ["Somebody else is signed in in this browser. NOT SAVED: nothing of yours is sent under their name.", "signed in as somebody else", null],
};

export function follow({ drawn }) {
  const signedIn = [];
  let session = "own"; // or one of SESSIONS
  let heard = Date.now();
  let looked = 0;
  let asking = null;
  let again = false;
  let tag = "";

  // Whether the server answered, to this page's person.
  function refresh() {
    again = Boolean(asking);
    asking ??= look().finally(() => {
      asking = null;
      if (again) refresh();
    });
    return asking;
  }

  async function look() {
    again = false;
    looked = Date.now();
    const headers = { "X-Fragment": "run", ...(tag && { "If-None-Match": tag }) };
    const { kind, response } = await ask(`/runs/${run}/`, { headers, cache: "no-store" });
    if (kind in SESSIONS) enter(kind);
    if (kind !== "answer" || !(response.ok || response.status === 304)) return false;
    if (response.ok) {
      const html = await response.text().catch(() => null);
      if (html === null) return false;
      tag = response.headers.get("ETag") ?? "";
      swap(new DOMParser().parseFromString(html, "text/html"));
      drawn();
    }
    heard = Date.now();
    enter("own");
    return true;
  }

  function enter(next) {
    const before = session;
    session = next;
    tell();
    if (before !== "own" && next === "own") for (const listener of signedIn) listener();
  }

  // The stream may belong to another person who signed in: only the page itself tells whose it is.
  function word() {
    if (session === "own") heard = Date.now();
    tell();
  }

  function tell() {
    const [sentence, words, link] = SESSIONS[session] ?? [];
    const status = document.querySelector("#link");
    const silent = !sentence && status && Date.now() - heard > SILENCE;
    document.body.classList.toggle("signed-out", Boolean(sentence));
    lock(silent);
    say("session", sentence ?? "", link);
    const seconds = Math.floor((Date.now() - heard) / 1000);
    say("link", silent ? `Not connected, ${seconds} s. NOT SAVED: nothing you do now reaches the run.` : "");
    const shown = words ?? (silent ? "not connected" : `${status?.dataset.words}, live`);
    if (status && status.textContent !== shown) status.textContent = shown;
    if (sentence && Date.now() - looked > AGAIN) refresh();
  }

  function connect() {
    const seen = document.querySelector("#margin")?.dataset.sequence ?? "0";
    const source = new EventSource(`/live/runs/${run}?after=${seen}`);
    source.addEventListener("log", () => (word(), refresh()));
    source.addEventListener("presence", () => (word(), refresh()));
    source.addEventListener("ping", word);
    source.addEventListener("open", () => (word(), refresh()));
    source.addEventListener("error", () => {
      // A server without a stream is asked for the page itself, every few seconds.
      if (source.readyState !== EventSource.CLOSED) return;
      refresh();
      setTimeout(connect, 4000);
    });
    addEventListener("pagehide", () => source.close(), { once: true });
  }

  if (run) {
    if (document.querySelector("#link")) connect();
    setInterval(tell, 1000);
    // Somebody comes back, perhaps from a tab in which they signed out, or in again.
    addEventListener("focus", () => refresh());
  }
  return { refresh, enter, token, whenSignedIn: (listener) => signedIn.push(listener) };
}

// Without a connection nothing can be sent, except STOP, which is tried all the same.
function lock(silent) {
  document.body.classList.toggle("locked-out", Boolean(silent));
  for (const button of document.querySelectorAll("form.move button")) {
    if (silent && !button.disabled && !button.classList.contains("stop")) {
      button.disabled = true;
      button.dataset.lockedOut = "yes";
    } else if (!silent && button.dataset.lockedOut) {
      button.disabled = false;
      delete button.dataset.lockedOut;
    }
  }
}

const token = (root = document) => root.querySelector('form.move [name="csrfmiddlewaretoken"]')?.value ?? "";

// Only what differs is replaced; what somebody is typing stays, with the caret where it was.
function swap(fresh) {
  const kept = remember();
  const versions = (root) => [...root.querySelectorAll("[id][data-version]")];
  for (const next of versions(fresh)) {
    const old = document.getElementById(next.id);
    if (!old || old.dataset.version === next.dataset.version) continue;
    if (next.id === "head") keepBar(old, next);
    old.replaceWith(document.importNode(next, true));
  }
  const ids = (root) => versions(root).map((element) => element.id).join();
  if (ids(fresh) !== ids(document)) swapParts(fresh);
  const seen = fresh.querySelector("#margin")?.dataset.sequence;
  for (const field of document.querySelectorAll('form.move input[name="seen"]')) field.value = seen;
  // A sign-in makes the tokens of all open pages invalid.
  const valid = token(fresh);
  for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) if (valid) field.value = valid;
  restore(kept);
}

function keepBar(old, next) {
  const bar = old.querySelector("#not-saved");
  next.querySelector("#not-saved").replaceWith(bar);
}

// A section was entered or left: the list of sections itself is new.
function swapParts(fresh) {
  const old = document.querySelectorAll(".part");
  const end = document.querySelector("#end");
  for (const part of old) part.remove();
  for (const part of fresh.querySelectorAll(".part")) end.before(document.importNode(part, true));
}

function remember() {
  const active = document.activeElement;
  const inForm = active?.form?.matches?.("form.move") && active.name;
  const open = [...document.querySelectorAll("details[open]")].map((d) => d.querySelector("form")?.id).filter(Boolean);
  return {
    typed: typed(),
    places: places(),
    open,
    focus: inForm ? { at: place(active), from: active.selectionStart, to: active.selectionEnd } : null,
    id: active?.id,
    y: scrollY,
  };
}

function restore(kept) {
  for (const id of kept.open) document.getElementById(id)?.closest("details")?.setAttribute("open", "");
  typeReturned(kept.places);
  type(kept.typed);
  const focus = kept.focus && [...document.querySelectorAll("form.move [name]")].find((field) => place(field) === kept.focus.at);
  if (focus && document.activeElement !== focus) {
    focus.focus({ preventScroll: true });
    if (focus.setSelectionRange && kept.focus.from !== null) focus.setSelectionRange(kept.focus.from, kept.focus.to);
  }
  if (document.activeElement === document.body && kept.id) document.getElementById(kept.id)?.focus({ preventScroll: true });
  if (scrollY !== kept.y) scrollTo({ top: kept.y, behavior: "instant" });
}
