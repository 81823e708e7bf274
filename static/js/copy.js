// Puts a button on each command that copies its exact text.

for (const block of document.querySelectorAll(".command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button copy-command";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const text = block.querySelector("code").textContent.replace(/\n$/, "");
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied: select it";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.classList.add("copied");
  block.append(button);
}
