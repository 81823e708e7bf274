// The clock in the head counts between two answers of the server.
const two = (n) => String(n).padStart(2, "0");

export function startClock() {
  setInterval(() => {
    const time = document.querySelector(".time[data-since]");
    if (!time) return;
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
    time.textContent = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((n) => two(Math.floor(n))).join(":");
    time.classList.toggle("over", Number(time.dataset.goal) > 0 && seconds > Number(time.dataset.goal));
  }, 1000);
}
