// Counts on what the server wrote: the time since a start, and what is left until an end.
const two = (n) => String(n).padStart(2, "0");

// The two minutes of an override: when they are over, the server is asked for the open button.
function countDown(refresh) {
  const mark = document.querySelector("[data-until]");
  if (!mark) return;
  const left = Math.ceil((Date.parse(mark.dataset.until) - Date.now()) / 1000);
  mark.textContent = left > 0 ? ` (${Math.floor(left / 60)}:${two(left % 60)})` : "";
  if (left <= 0 && left % 5 === 0) refresh?.();
}

export function startClock(refresh) {
  setInterval(() => {
    for (const time of document.querySelectorAll(".time[data-since]")) since(time);
    for (const time of document.querySelectorAll("[data-left]")) until(time);
    countDown(refresh);
  }, 1000);
}

function since(time) {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
  time.textContent = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((n) => two(Math.floor(n))).join(":");
  time.classList.toggle("over", Number(time.dataset.goal) > 0 && seconds > Number(time.dataset.goal));
}

// Seconds that were left when the server wrote it, whatever the clock of this machine says. The hour
// at which it closes stays to be read; the server decides whether it counted.
function until(time) {
  time.dataset.end ??= Date.now() + time.dataset.left * 1000;
  const seconds = Math.ceil((time.dataset.end - Date.now()) / 1000);
  const said = (time.dataset.words ??= time.textContent);
  time.textContent = seconds > 0 ? `${said}, ${Math.floor(seconds / 60)}:${two(seconds % 60)} left` : `${said}, over`;
  time.classList.toggle("over", seconds <= 0);
}
