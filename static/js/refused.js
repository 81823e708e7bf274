// Shows why a move was refused. It stays where the form is until it is dismissed.
export function show(form, refusal) {
  const place = (form.isConnected && form.querySelector(".answer")) || document.querySelector("#refused");
  const box = document.createElement("section");
  box.className = "refusal";
  box.dataset.form = form.id;
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  const errors = refusal.errors ?? {};
  const placed = mark(form, errors);
  box.append(line("h3", placed.size ? errors[""] ?? "Not saved" : refusal.sentence));
  if (refusal.kept) box.append(line("p", `Kept: ${refusal.kept}`));
  if (refusal.remedy && !refusal.errors) box.append(line("p", refusal.remedy));
  const list = document.createElement("ul");
  for (const [name, sentence] of Object.entries(errors)) {
    if (placed.has(name)) list.append(lookAt(placed.get(name)));
    else if (name) box.append(line("p", sentence));
  }
  if (list.children.length) box.append(list);
  const close = line("button", "I have read this");
  close.type = "button";
  close.className = "button";
  close.addEventListener("click", () => box.remove());
  const row = document.createElement("div");
  row.append(close);
  box.append(row);
  place.replaceChildren(box);
  (placed.values().next().value ?? box).focus();
}

// What was sent again and saved is no longer refused. What another form was told stays.
export function clear(form) {
  for (const box of document.querySelectorAll(".refusal[data-form]")) if (box.dataset.form === form.id) box.remove();
  mark(form, {});
}

// Each sentence stands at its field, where the focus goes; the box names the fields. Gives the fields found, by name.
function mark(form, errors) {
  const placed = new Map();
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
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
    field.setAttribute("aria-describedby", [...described, error.id].join(" "));
    placed.set(name, field);
  }
  return placed;
}

function lookAt(field) {
  const item = line("li", "Look again at ");
  const link = line("a", nameOf(field));
  link.href = `#${field.id}`;
  item.append(link);
  return item;
}

// The words beside a tick-box, above a field, or above the answers that it is one of.
function nameOf(field) {
  const box = field.closest(".field");
  const label = box.querySelector("legend") ?? box.querySelector("label > span:not(.optional)") ?? box.querySelector("label");
  return (label.querySelector(".optional") ? label.firstChild : label).textContent.trim();
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
