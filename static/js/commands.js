// Puts a button on each command that copies its exact text.
export function addCopyButtons(commands) {
  for (const command of commands) {
    if (command.querySelector(".copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button copy";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(command, button));
    command.append(button);
  }
}

async function copy(command, button) {
  const code = command.querySelector("pre code");
  try {
    // A line feed at the end would run the command as soon as it is pasted.
    await navigator.clipboard.writeText(code.textContent.replace(/\n$/, ""));
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}
