// What is written in a thread is kept by the server for its author as one types. Until the server has it this tab of the
// browser has it (kept.js).
import { forget, keep, restore } from "./kept.js";
import { tooLong } from "./lengths.js";
import { asPerson, isOver } from "./person.js";

const AFTER_MS = 1500;
const AGAIN_AFTER_MS = 5000;
// An ended session, a slow line, too many at once: what these refuse is tried again.
const AGAIN = [401, 408, 429];

// By place, as the tab may show another thread before this one's is kept.
const unsaved = new Map();
let saving = null;
let timer;

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

export function changed(form) {
  keep(form);
  if (tooLong(form)) return say(form, tooLong(form));
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  unsaved.set(form.dataset.drafts, { form, body: new URLSearchParams(fields) });
  later(AFTER_MS);
}

/** Before a message leaves: a draft that arrived after it would bring it back. */
export async function settled(form) {
  while (saving) await saving;
  unsaved.delete(form.dataset.drafts);
}

/** What was typed last is with the server, and what was emptied is gone there. */
export async function handedOver() {
  clearTimeout(timer);
  while (saving) await saving;
  if (unsaved.size) await save();
}

async function save() {
  if (saving) return later(AFTER_MS);
  const batch = [...unsaved];
  unsaved.clear();
  saving = Promise.all(batch.map(([place, draft]) => put(place, draft)));
  await saving;
  saving = null;
}

async function put(place, draft) {
  const isLeaving = document.visibilityState === "hidden";
  const options = { method: "POST", headers: asPerson(), body: draft.body, redirect: "manual", keepalive: isLeaving };
  const answer = await fetch(place, options).catch(() => null);
  const isPlain = answer?.headers.get("Content-Type")?.startsWith("text/plain");
  const sentence = isPlain ? await answer.text() : "";
  const isNewest = !unsaved.has(place);
  if (answer?.ok && isPlain) {
    if (isNewest) say(draft.form, sentence);
    if (isNewest) forget(draft.form);
    return;
  }
  if (answer && isOver(answer)) return;
  const isRefused = answer && answer.status >= 400 && answer.status < 500 && !AGAIN.includes(answer.status);
  say(draft.form, sentence || draft.form.dataset.undrafted);
  if (isRefused) return;
  if (isNewest) unsaved.set(place, draft);
  later(AGAIN_AFTER_MS);
}

function say(form, sentence) {
  form.querySelector(".drafted").textContent = sentence;
}

/** What this tab has not handed over yet goes on where the draft ends; what another device wrote is not lost to it. */
export function resumeDraft(form) {
  const text = form.elements.body;
  const drafted = text.defaultValue;
  restore(form);
  if (drafted.startsWith(text.value)) text.value = drafted;
  else if (!text.value.startsWith(drafted)) text.value = `${drafted}\n\n${text.value}`;
  if (text.value !== drafted) changed(form);
}

for (const change of ["input", "uploads-change"]) {
  document.addEventListener(change, (event) => {
    const form = event.target.closest("form[data-drafts]");
    if (form && event.target.type !== "file") changed(form);
  });
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !unsaved.size) return;
  clearTimeout(timer);
  save();
});
