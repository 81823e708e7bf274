// How much of a field is used, once little is left, and by how much a text is too long. It is counted
// as on the server: characters, a line's end as one, without what is blank around the text.
const NEAR = 0.9;
const FIELDS = "textarea[data-limit], input[data-limit]";
const number = (count) => count.toLocaleString("en-GB");

function count(field) {
  const limit = Number(field.dataset.limit);
  const length = [...field.value.replace(/\r\n?/g, "\n").trim()].length;
  const over = length - limit;
  const near = length > 40 && length >= limit * NEAR;
  let line = field.parentElement.querySelector(".counter");
  if (!line && !near && over <= 0) return;
  if (!line) {
    line = document.createElement("p");
    line.className = "counter";
    line.setAttribute("role", "status");
    field.after(line);
  }
  line.hidden = !near && over <= 0;
  line.classList.toggle("over", over > 0);
  const words = over > 0
    ? `Too long: ${number(length)} characters. At most ${number(limit)} fit; ${number(over)} too many.`
    : `${number(length)} of ${number(limit)} characters`;
  if (line.firstChild?.textContent === words) return;
  line.replaceChildren(words);
  const form = field.form;
  if (over > 0 && form?.dataset.move === "note") line.append(" ", attach(form, field.name));
}

// Long output belongs into a file: the button sends it as one.
function attach(form, name) {
  const button = document.createElement("button");
  button.className = "button";
  button.setAttribute("formaction", form.getAttribute("action").replace(/note\/$/, "attach/"));
  button.dataset.asFile = name;
  button.textContent = "Attach as a file";
  return button;
}

export function countAll() {
  for (const field of document.querySelectorAll(FIELDS)) count(field);
}

document.addEventListener("input", ({ target }) => target.matches(FIELDS) && count(target));
document.addEventListener("reset", () => setTimeout(countAll));
