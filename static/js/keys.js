// Single keys, never while somebody types, and never with a modifier.
const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog");
const openStep = () => document.querySelector("[data-open]");

function rows() {
  return [...document.querySelectorAll(".step, .step-open")];
}

function move(by) {
  const all = rows();
  const here = all.indexOf(document.activeElement.closest(".step, .step-open"));
  const next = here < 0 ? openStep() ?? all[0] : all[Math.min(Math.max(here + by, 0), all.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
}

function tick() {
  const button = openStep()?.querySelector("[data-primary]") ?? document.querySelector("[data-primary]");
  if (!button || button.disabled) return;
  const empty = [...button.form.querySelectorAll("input:not([type=hidden]), textarea")].find(
    (field) => !field.value && field.type !== "radio" && field.type !== "checkbox",
  );
  // Fields first: the key leads to what is still to be written, and only then sends.
  if (empty && !empty.dataset.visited) {
    empty.dataset.visited = "yes";
    empty.focus();
  } else button.form.requestSubmit(button);
}

function note() {
  const fold = document.querySelector('[data-fold="note"]');
  if (!fold) return;
  fold.open = true;
  fold.querySelector("textarea").focus();
}

const KEYS = {
  s: () => document.querySelector("#stop button")?.click(),
  t: tick,
  n: note,
  j: () => move(1),
  k: () => move(-1),
  c: () => openStep()?.querySelector(".copy")?.click(),
  "?": () => document.querySelector("#help")?.showModal(),
};

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    const plain = event.target === document.body || event.target.matches(".step, .step-open, main");
    const action = event.key === "Enter" && plain ? tick : KEYS[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
