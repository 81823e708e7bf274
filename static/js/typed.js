// What somebody typed into the forms of a run: it outlives a new drawing of the page, and a reload of
// the tab. It is kept by run, step and person, never a password, and until the server has taken it.
import { me, run } from "./answers.js";

const SHELF = `countersign:${me}:${run}:`;
const FIELDS = "form.move :is(input:not([type=hidden], [type=file]), textarea, select)";
const chosen = (field) => field.type === "radio" || field.type === "checkbox";

export const place = (field) => [field.form.id || field.form.dataset.move, field.name, chosen(field) ? field.value : ""].join("/");

export function typed() {
  const found = new Map();
  for (const field of document.querySelectorAll(FIELDS)) {
    if (chosen(field) ? field.checked : field.value) found.set(place(field), chosen(field) || field.value);
  }
  return found;
}

export function type(values) {
  for (const field of document.querySelectorAll(FIELDS)) {
    const value = values.get(place(field));
    if (value === true) field.checked = true;
    else if (value !== undefined && field.value !== value) field.value = value;
  }
}

// The fields that stand on the page now.
export const places = () => new Set([...document.querySelectorAll(FIELDS)].map(place));

// A form that was away (the run was held, say) came back: what was kept of it is shown again.
export function typeReturned(before) {
  const kept = Object.entries(read("typed"));
  bring(new Map(kept.filter(([at]) => !before.has(at))));
}

// What was kept is in sight again: its fold is open.
function bring(values) {
  type(values);
  for (const field of document.querySelectorAll(FIELDS)) if (values.has(place(field))) field.closest("details")?.setAttribute("open", "");
}

// Of what stands on the page; what was kept for a step that is not shown stays.
export function keepTyped() {
  const kept = read("typed");
  for (const field of document.querySelectorAll(FIELDS)) {
    if (field.type === "password") continue;
    const value = chosen(field) ? field.checked : field.value;
    const drawn = chosen(field) ? field.defaultChecked : field.defaultValue;
    if (value && value !== drawn) kept[place(field)] = value;
    else delete kept[place(field)];
  }
  write("typed", kept);
}

// The server has taken what stood in this form, which may have left the page since.
export function dropTyped(form) {
  const kept = Object.entries(read("typed"));
  write("typed", Object.fromEntries(kept.filter(([at]) => !at.startsWith(`${form.id}/`))));
}

export function typeAgain() {
  bring(new Map(Object.entries(read("typed"))));
  document.addEventListener("input", keepTyped);
  document.addEventListener("change", keepTyped);
}

// The key of a move that got no answer: what is sent again from its form goes by the same key.
export const unansweredKey = (form) => read("unanswered")[form.id];

export const anyUnanswered = () => Object.keys(read("unanswered")).some((id) => document.getElementById(id));

export function setUnanswered(form, key) {
  write("unanswered", { ...read("unanswered"), [form.id]: key });
}

function read(name) {
  return JSON.parse(sessionStorage.getItem(SHELF + name) ?? "{}");
}

function write(name, value) {
  try {
    sessionStorage.setItem(SHELF + name, JSON.stringify(value));
  } catch {
    // No room: the page still holds what was typed.
  }
}
