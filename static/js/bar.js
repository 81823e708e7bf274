// The black bar below the head: one sentence for each thing that has something to say.
const ORDER = ["session", "link", "sending"];
const lines = new Map();

// `link`: words and address of what opens in a new tab.
export function say(about, text, link) {
  const bar = document.querySelector("#not-saved");
  if (!bar || lines.get(about)?.text === text) return;
  if (text) lines.set(about, { text, link });
  else lines.delete(about);
  bar.hidden = !lines.size;
  bar.replaceChildren(...ORDER.filter((name) => lines.has(name)).map((name) => line(lines.get(name))));
}

function line({ text, link }) {
  const row = document.createElement("span");
  row.append(text);
  if (!link) return row;
  const anchor = document.createElement("a");
  anchor.href = link.href;
  anchor.target = "_blank";
  anchor.textContent = link.words;
  row.append(" ", anchor);
  return row;
}
