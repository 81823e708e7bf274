// Shows why a move was refused. It stays where the form is until it is dismissed.
export function show(form, refusal) {
  const place = (form.isConnected && form.querySelector(".answer")) || document.querySelector("#refused");
  const box = document.createElement("section");
  box.className = "refusal";
  box.dataset.form = form.id;
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  box.append(line("h3", refusal.sentence));
  if (refusal.kept) box.append(line("p", `Kept: ${refusal.kept}`));
  if (refusal.remedy && !refusal.errors) box.append(line("p", refusal.remedy));
  for (const [name, sentence] of Object.entries(refusal.errors ?? {})) {
    const field = form.elements[name];
    const label = field && form.querySelector(`label[for="${CSS.escape(field.id ?? "")}"]`)?.firstChild?.textContent.trim();
    box.append(line("p", label ? `${label}: ${sentence}` : sentence));
  }
  mark(form, refusal.errors ?? {});
  const close = line("button", "I have read this");
  close.type = "button";
  close.className = "button";
  close.addEventListener("click", () => box.remove());
  const row = document.createElement("div");
  row.append(close);
  box.append(row);
  place.replaceChildren(box);
  const wrong = Object.keys(refusal.errors ?? {}).map((name) => form.elements[name]).find((field) => field?.focus);
  (wrong ?? box).focus();
}

// What was sent again and saved is no longer refused. What another form was told stays.
export function clear(form) {
  for (const box of document.querySelectorAll(".refusal[data-form]")) if (box.dataset.form === form.id) box.remove();
  mark(form, {});
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
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
    field.setAttribute("aria-describedby", [...described, error.id].join(" "));
  }
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
