// Follows the log. A message says only that something happened; what is shown is always the server's page.
const SILENCE = 10_000; // after this long without a word the controls are locked

export function follow({ drawn }) {
  const run = location.pathname.match(/\/runs\/(\d+)\//)?.[1];
  let heard = Date.now();
  let asking = false;
  let again = false;
  let tag = "";

  async function refresh() {
    if (asking) return void (again = true);
    asking = true;
    try {
      const headers = { "X-Fragment": "run", ...(tag && { "If-None-Match": tag }) };
      const answer = await fetch(`/runs/${run}/`, { headers, cache: "no-store" });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") ?? "";
        swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
        drawn();
      }
      if (answer.status < 500) word();
    } catch {
      // The silence itself is told below.
    } finally {
      asking = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  }

  function word() {
    heard = Date.now();
    tell();
  }

  function tell() {
    const seconds = Math.floor((Date.now() - heard) / 1000);
    const silent = Date.now() - heard > SILENCE;
    const link = document.querySelector("#link");
    const bar = document.querySelector("#not-saved");
    if (!link || !bar) return;
    document.body.classList.toggle("locked-out", silent);
    for (const button of document.querySelectorAll("form.move button")) {
      if (silent && !button.disabled && !button.classList.contains("stop")) {
        button.disabled = true;
        button.dataset.lockedOut = "yes";
      } else if (!silent && button.dataset.lockedOut) {
        button.disabled = false;
        delete button.dataset.lockedOut;
      }
    }
    link.textContent = silent ? "not connected" : link.dataset.words + ", live";
    if (silent) {
      bar.hidden = false;
      bar.dataset.for = "silence";
      bar.textContent = `Not connected, ${seconds} s. NOT SAVED: nothing you do now reaches the run.`;
    } else if (bar.dataset.for === "silence") bar.hidden = true;
  }

  function connect() {
    const seen = document.querySelector("#margin")?.dataset.version ?? "0";
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

  if (run && document.querySelector("#link")) {
    connect();
    setInterval(tell, 1000);
  }
  return { refresh };
}

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
  const seen = fresh.querySelector("#margin")?.dataset.version;
  for (const field of document.querySelectorAll('form.move input[name="seen"]')) field.value = seen;
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

const place = (field) => [field.form.id || field.form.dataset.move, field.name, field.type === "radio" || field.type === "checkbox" ? field.value : ""].join("/");

function remember() {
  const typed = new Map();
  for (const field of document.querySelectorAll("form.move :is(input:not([type=hidden], [type=file]), textarea, select)")) {
    const chosen = field.type === "radio" || field.type === "checkbox";
    if (chosen ? field.checked : field.value) typed.set(place(field), chosen || field.value);
  }
  const active = document.activeElement;
  const inForm = active?.form?.matches?.("form.move") && active.name;
  const open = [...document.querySelectorAll("details[open]")].map((d) => d.querySelector("form")?.id).filter(Boolean);
  return {
    typed,
    open,
    focus: inForm ? { at: place(active), from: active.selectionStart, to: active.selectionEnd } : null,
    id: active?.id,
    y: scrollY,
  };
}

function restore(kept) {
  for (const id of kept.open) document.getElementById(id)?.closest("details")?.setAttribute("open", "");
  for (const field of document.querySelectorAll("form.move :is(input:not([type=hidden], [type=file]), textarea, select)")) {
    const value = kept.typed.get(place(field));
    if (value === true) field.checked = true;
    else if (value !== undefined && field.value !== value) field.value = value;
    if (kept.focus?.at !== place(field) || document.activeElement === field) continue;
    field.focus({ preventScroll: true });
    if (field.setSelectionRange && kept.focus.from !== null) field.setSelectionRange(kept.focus.from, kept.focus.to);
  }
  if (document.activeElement === document.body && kept.id) document.getElementById(kept.id)?.focus({ preventScroll: true });
  if (scrollY !== kept.y) scrollTo({ top: kept.y, behavior: "instant" });
}
