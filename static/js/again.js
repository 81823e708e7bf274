// A form that waits to be sent again: once its writer is signed in, in another tab, it gets a valid token.
const form = document.querySelector("#again");
const state = document.querySelector("#again-state");

async function look() {
  const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" }, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const { person, name, token } = await answer.json();
  if (!token) return;
  form.elements.csrfmiddlewaretoken.value = token;
  const same = !form.dataset.typedBy || form.dataset.typedBy === String(person);
  form.querySelector("button").disabled = !same;
  if (state) state.textContent = same ? `You are signed in as ${name}. Press “Send again”.` : `${name} is signed in now, and did not type this. It is not sent under their name.`;
}

addEventListener("focus", look);
document.addEventListener("visibilitychange", () => document.hidden || look());
