// A message of SQP's people that waits: its seconds run, and it may be taken back. It leaves without this page, too.
import { handedOver } from "./drafts.js";
import { refresh } from "./thread.js";

const SECOND = 1000;
// By element: the server's clock says how long is left, and this one how time passes.
const deadlines = new WeakMap();

setInterval(() => document.querySelectorAll("#pending [data-left]").forEach(tick), SECOND);

function tick(clock) {
  if (!deadlines.has(clock)) deadlines.set(clock, performance.now() + (Number(clock.dataset.left) - 1) * SECOND);
  const left = Math.ceil((deadlines.get(clock) - performance.now()) / SECOND);
  if (left > 0) clock.textContent = clock.textContent.replace(/\d+/, left);
  else leave(clock, -left);
}

/** The stream tells of the message as it comes. Should it be away, the thread is asked, and less often later. */
function leave(clock, late) {
  clock.textContent = clock.dataset.leaving;
  const button = clock.closest("form").querySelector("button");
  if (button === document.activeElement) document.querySelector("form[data-composer] textarea")?.focus();
  button?.remove();
  if (late < 4 || late % 10 === 0) refresh();
}

// Once: a second press takes nothing back. What is being written is with the server first, and stays behind it.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-undo]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.pressed !== undefined) return;
  form.dataset.pressed = "";
  await handedOver();
  form.submit();
});
