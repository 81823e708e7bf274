// The editor of a runbook: draws the preview and the findings while one writes, leads from a finding
// to its line, and warns before written text is left behind. Without it the page works by buttons.

const form = document.querySelector("form.editor");
const source = form.elements.source;
const preview = document.getElementById("preview");
const state = form.querySelector(".preview-state");
const QUIET = 500; // milliseconds without a key before the preview is asked for
const FAILED = "The preview could not be drawn: no answer from the server. Your text is still here and is NOT SAVED.";
const SIGNED_OUT = "Signed out. Your text is still here and is NOT SAVED. Sign in in another tab, then save it here.";

let timer = 0;
let asked = null;
let saved = source.value;
let shown = source.value;

function say(text) {
  if (state.textContent !== text) state.textContent = text;
}

async function draw() {
  asked?.abort();
  asked = new AbortController();
  const text = source.value;
  const data = new FormData();
  data.set("source", text);
  data.set("runbook", form.dataset.runbook ?? "");
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: data,
      signal: asked.signal,
      headers: { "X-Fragment": "preview" },
    });
    if (answer.status === 401) return void say(SIGNED_OUT);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    put(await answer.text());
    shown = text;
    say("");
  } catch (error) {
    if (error.name !== "AbortError") say(FAILED);
  }
}

// While a text has errors, the last readable preview stays below the findings, marked as old.
function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".previewed");
  const old = preview.querySelector(".preview-sheet");
  if (fresh.dataset.readable === "no" && old) {
    fresh.querySelector(".note")?.replaceChildren("Below: the text as it was before the errors.");
    fresh.classList.add("stale");
    fresh.append(old);
  }
  const scrolled = preview.parentElement.scrollTop;
  preview.replaceChildren(fresh);
  preview.parentElement.scrollTop = scrolled;
}

function goTo(line, column) {
  const lines = source.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const here = lines[line - 1] ?? "";
  source.focus();
  source.setSelectionRange(start + Math.min(column - 1, here.length), start + here.length);
  const height = parseFloat(getComputedStyle(source).lineHeight);
  source.scrollTop = Math.max(0, (line - 4) * height);
}

source.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(draw, QUIET);
});
preview.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link) return;
  event.preventDefault();
  goTo(Number(link.dataset.line), Number(link.dataset.column));
});
form.addEventListener("click", (event) => {
  if (event.target.name !== "preview") return;
  event.preventDefault();
  clearTimeout(timer);
  draw();
});
form.addEventListener("submit", () => { saved = source.value; });
addEventListener("beforeunload", (event) => {
  if (source.value !== saved) event.preventDefault();
});
const wanted = /^#line-(\d+)$/.exec(location.hash); // a finding on the runbook's page leads here
if (wanted) goTo(Number(wanted[1]), 1);
if (!preview.querySelector(".preview-sheet, .findings") || shown !== source.value) draw();
