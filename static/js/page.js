// On every page: what one person typed is not shown to another who signs in in the same tab, and a text
// that is too long for its field says so before it is sent.
import { countAll } from "./counter.js";

const SHELF = "countersign:";
const PERSON = `${SHELF}person`;
const me = document.body.dataset.person;

function forget(isTheirs) {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(SHELF) && isTheirs(name)) sessionStorage.removeItem(name);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches('form[action="/accounts/logout/"]')) forget(() => true);
});

if (me) {
  forget((name) => !name.startsWith(`${SHELF}${me}:`));
  sessionStorage.setItem(PERSON, me);
}

// Back: the browser brings forms back as they were left, whoever left them.
addEventListener("pageshow", (event) => {
  if (event.persisted && sessionStorage.getItem(PERSON) !== (me ?? null)) location.reload();
  else if (me && history.state?.person && history.state.person !== me) for (const form of document.forms) form.reset();
  if (me) history.replaceState({ ...history.state, person: me }, "");
  countAll();
});
