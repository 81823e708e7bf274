// Sends a move and believes nothing but the server's answer. The same key is sent until one comes.
const WAIT = 15_000;
const PAUSES = [1000, 2000, 4000, 8000];

export function sendByFetch({ refresh }) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.move") || form.dataset.plain) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    send(form, event.submitter, refresh);
  });
}

async function send(form, button, refresh) {
  // Not the property: without the attribute it names the page itself.
  const url = button?.getAttribute("formaction") ?? form.getAttribute("action");
  const body = new FormData(form);
  form.dataset.sending = "yes";
  form.setAttribute("aria-busy", "true");
  tell("Sending. NOT SAVED until the server has answered.");
  const answer = await until(url, body);
  delete form.dataset.sending;
  form.removeAttribute("aria-busy");
  if (!answer) return void tell("NOT SAVED: the server does not answer. Everything you typed is still here; send it again.");
  tell("");
  // A page instead of an answer: signed out, or something broke. Let the browser show it.
  const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
  if (!told) return void resend(form, button);
  if (answer.ok) {
    form.reset();
    form.closest("details")?.removeAttribute("open");
    newKey(form);
    await refresh();
    document.querySelector("#now")?.scrollIntoView({ block: "start" });
  } else {
    newKey(form);
    show(form, told);
    await refresh();
  }
}

// A network failure says nothing about whether the move arrived: ask again with the same key.
async function until(url, body) {
  for (const pause of [...PAUSES, 0]) {
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(WAIT) });
      if (answer.status < 500) return answer;
    } catch {
      tell("NOT SAVED. The connection is lost; trying again with the same key.");
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  return null;
}

function resend(form, button) {
  form.dataset.plain = "yes";
  form.requestSubmit(button);
}

function newKey(form) {
  const key = form.elements.key;
  if (key) key.value = crypto.randomUUID?.().replaceAll("-", "") ?? `${Date.now()}${Math.random()}`.slice(0, 40);
}

// The refusal stays where the form is until it is dismissed.
function show(form, told) {
  const place = form.querySelector(".answer") ?? document.querySelector("#refused");
  const box = document.createElement("section");
  box.className = "refusal";
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  box.append(line("h3", told.sentence));
  if (told.remedy && !told.errors) box.append(line("p", told.remedy));
  for (const [name, sentence] of Object.entries(told.errors ?? {})) {
    const field = form.elements[name];
    const label = field && form.querySelector(`label[for="${CSS.escape(field.id ?? "")}"]`)?.firstChild?.textContent.trim();
    box.append(line("p", label ? `${label}: ${sentence}` : sentence));
  }
  mark(form, told.errors ?? {});
  const close = line("button", "I have read this");
  close.type = "button";
  close.className = "button";
  close.addEventListener("click", () => box.remove());
  const row = document.createElement("div");
  row.append(close);
  box.append(row);
  place.replaceChildren(box);
  const wrong = Object.keys(told.errors ?? {}).map((name) => form.elements[name]).find((field) => field?.focus);
  (wrong ?? box).focus();
}

// Each sentence stands at its field too: the focus goes there, and the box may be out of sight.
function mark(form, errors) {
  for (const old of form.querySelectorAll(".error")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const [name, sentence] of Object.entries(errors)) {
    const found = form.elements[name];
    const field = found instanceof RadioNodeList ? found[0] : found;
    const box = field?.closest?.(".field");
    const head = box?.querySelector(".help") ?? box?.querySelector("legend, label");
    if (!head) continue;
    const error = line("p", sentence);
    error.className = "error";
    error.id = `${field.id}_error`;
    head.after(error);
    field.setAttribute("aria-invalid", "true");
    const told = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
    field.setAttribute("aria-describedby", [...told, error.id].join(" "));
  }
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function tell(text) {
  const bar = document.querySelector("#not-saved");
  if (!bar) return;
  bar.dataset.for = "sending";
  bar.textContent = text;
  bar.hidden = !text;
}
