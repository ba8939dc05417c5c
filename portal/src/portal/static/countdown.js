// Counts down to the cut-off by the service's clock, whatever this machine's says, and shows the next promise from the
// very second on at which the one before is over.
const block = document.getElementById("countdown");
const windows = [...block.querySelectorAll("[data-closes]")].map((line) => ({ line, closes: Date.parse(line.dataset.closes) }));
const over = block.querySelector(".over");
const said = block.querySelector("[role=status]");
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];

// The answer is as old as the page.
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
const ahead = Date.parse(block.dataset.now) + Math.max(0, performance.now() - arrived) - Date.now();
const now = () => Date.now() + ahead;

let shown = windows[0];
let next;

function left(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds >= DAY) return `${Math.floor(seconds / DAY)}\u00a0${block.dataset.day} ${Math.floor((seconds % DAY) / HOUR)}\u00a0h`;
  if (seconds >= HOUR) return `${Math.floor(seconds / HOUR)}\u00a0h\u00a0${String(Math.floor((seconds % HOUR) / MINUTE)).padStart(2, "0")}`;
  return seconds >= MINUTE ? `${Math.floor(seconds / MINUTE)}\u00a0min` : `${seconds}\u00a0s`;
}

function tick() {
  clearTimeout(next);
  const at = now();
  const current = windows.find(({ closes }) => at < closes);
  if (current) current.line.querySelector("[role=timer]").textContent = left(current.closes - at);
  for (const each of windows) each.line.hidden = each !== current;
  over.hidden = Boolean(current);
  if (current !== shown) said.textContent = (current ? current.line : over).textContent;
  shown = current;
  // On the full second, by the service's clock.
  next = setTimeout(tick, 1000 - (now() % 1000));
}

tick();
// Timers of a page in the background may be late.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tick());
