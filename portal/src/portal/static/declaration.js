// Keeps the draft as one types, and says when it could not. Until the server has it, and after it was sent, this tab of the
// browser has it: a reload in mid-word loses nothing, and the way back leads to the form that was sent, key and all, so that
// sending it once more finds the incident that it declared.
import { forget, keep, kept, restore } from "./kept.js";
import { isOver } from "./person.js";

const form = document.getElementById("declaration");
const state = document.getElementById("draft-state");
const over = document.getElementById("session-over");
const AFTER = 700;
const AGAIN_AFTER = 5000;

let timer;
let saving = null;
let isDirty = false;
let isSent = false;

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

function changed() {
  isDirty = true;
  keep(form);
  later(AFTER);
}

function typed() {
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  return new URLSearchParams(fields);
}

async function save() {
  if (isSent || !isDirty) return;
  if (saving) {
    later(AFTER);
    return;
  }
  isDirty = false;
  saving = put();
  const isKept = await saving;
  saving = null;
  if (!isKept) {
    isDirty = true;
    later(AGAIN_AFTER);
  } else if (!isDirty && !isSent) forget(form);
}

async function put() {
  try {
    // Manual: an ended session answers with the way to the log-in page, which is not for this script to follow.
    const answer = await fetch(form.dataset.draft, { method: "POST", body: typed(), redirect: "manual" });
    over.hidden = answer.type !== "opaqueredirect";
    const isPlain = answer.headers.get("Content-Type")?.startsWith("text/plain");
    const sentence = isPlain ? await answer.text() : "";
    state.textContent = sentence || form.dataset.unsaved;
    // Under another's log-in this tab keeps it, until its author is back.
    return answer.ok || (!isOver(answer) && answer.status >= 400 && answer.status < 500);
  } catch {
    state.textContent = form.dataset.unsaved;
    return false;
  }
}

form.addEventListener("input", (event) => event.target.type !== "file" && changed());
form.addEventListener("change", (event) => event.target.type !== "file" && changed());
form.addEventListener("uploads-change", changed);

// A draft that arrives after the declaration would bring it back.
form.addEventListener("submit", async (event) => {
  if (event.defaultPrevented) return;
  clearTimeout(timer);
  isSent = true;
  keep(form, { isSent });
  if (!saving) return;
  event.preventDefault();
  const { submitter } = event;
  await saving;
  form.requestSubmit(submitter);
});

// Leaving in mid-sentence: what the pause had not sent yet goes along. Coming back to the page as it was left resumes it.
document.addEventListener("visibilitychange", () => {
  if (!isDirty || isSent) return;
  // A log-out in another tab empties what the browser keeps, and not what stands here.
  keep(form);
  if (document.visibilityState !== "hidden") return;
  isDirty = false;
  clearTimeout(timer);
  fetch(form.dataset.draft, { method: "POST", body: typed(), redirect: "manual", keepalive: true }).catch(() => (isDirty = true));
});
window.addEventListener("pageshow", () => (isSent = false));
form.addEventListener("unreachable", () => (isSent = false, changed()));
document.querySelector("[data-discard]")?.addEventListener("submit", () => {
  isSent = true;
  clearTimeout(timer);
  forget(form);
});

// Of the address that is chosen alone.
const warnings = form.querySelectorAll("[data-of-address]");
function warn() {
  for (const warning of warnings) warning.hidden = warning.dataset.ofAddress !== form.elements.address.value;
}
form.addEventListener("change", warn);

// What SQP declares for a client goes to none of the reseller's addresses.
const { caller, address } = form.elements;
function offer() {
  if (!caller) return;
  const refused = caller.value.startsWith("client") ? form.dataset.clientNot.split(" ") : [];
  for (const option of address.options) option.disabled = option.hidden = refused.includes(option.value);
  if (!address.selectedOptions[0]?.disabled) return;
  const enabled = [...address.options].filter((option) => !option.disabled);
  address.value = (enabled.find((option) => option.value !== "new") ?? enabled[0]).value;
  warn();
}
caller?.addEventListener("change", offer);

const before = kept(form);
const [arrival] = performance.getEntriesByType("navigation");
if (before && !before.isSent) {
  restore(form);
  changed();
} else if (before && arrival?.type === "back_forward") restore(form);
else forget(form);
offer();
warn();
