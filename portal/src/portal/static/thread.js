// The messages of the thread in view: read afresh, added without a jump.
import { asPerson, isOver } from "./person.js";

const PENDING_MS = 1500;

export const thread = () => document.querySelector("[data-thread]");

let underWay = null;
let wanted = false;

/** Settles once the thread stands as it is from now on: a reading that is under way may have begun before. */
export async function refresh() {
  if (!thread()) return;
  wanted = true;
  underWay ??= readWhileWanted().finally(() => (underWay = null));
  await underWay;
}

async function readWhileWanted() {
  while (wanted) {
    wanted = false;
    await read().catch(() => {});
  }
}

async function read() {
  const place = thread().dataset.thread;
  const answer = await fetch(withCount(place), { headers: asked() });
  // An ended session shows when the person does something; what is half written is not taken away for it.
  if (answer.headers.has("HX-Redirect") || isOver(answer) || !answer.ok) return;
  const html = await answer.text();
  if (thread()?.dataset.thread === place) show(html);
}

export function withCount(place) {
  const seen = document.visibilityState === "visible" ? "&seen=1" : "";
  return `${place}?messages=${document.querySelector("ol.messages")?.dataset.shown ?? ""}${seen}`;
}

export function asked() {
  return asPerson({ "HX-Request": "true", "HX-Target": "messages", "HX-Current-URL": location.href });
}

/** Adds what is new, replaces what has changed, takes out what is of a merge that was undone; what stands stays, so that nothing jumps or is read out twice. */
export function show(html) {
  const list = document.querySelector("ol.messages");
  const now = new DOMParser().parseFromString(html, "text/html");
  const came = now.querySelectorAll("li.message");
  let isNew = false;
  let before = null;
  for (const message of came) {
    const known = document.getElementById(message.id);
    if (!known) {
      // What came with a merged incident stands where its time puts it.
      if (before) before.after(message);
      else list.prepend(message);
      isNew ||= !message.classList.contains("ours");
    } else if (known.dataset.version !== message.dataset.version) known.replaceWith(message);
    before = document.getElementById(message.id);
  }
  removeParted(list, [...came].map(({ id }) => id));
  showPending(now);
  list.dataset.seen = now.querySelector("ol.messages").dataset.seen;
  document.dispatchEvent(new Event("thread-read"));
  if (isNew) announce();
  awaitScans();
}

/** What is older than what was read is not known to be gone. */
function removeParted(list, read) {
  const first = read.length < Number(list.dataset.shown) ? null : document.getElementById(read[0]);
  for (const message of list.querySelectorAll("li.message[data-merged]")) {
    const isWithin = !first || first.compareDocumentPosition(message) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (isWithin && !read.includes(message.id)) message.remove();
  }
}

/** What waits stands as it is while nothing of it has changed: its seconds run, and its button may have the focus. */
function showPending(now) {
  const [pending, fresh] = [document, now].map((each) => each.getElementById("pending"));
  if (!pending || !fresh || pending.dataset.version === fresh.dataset.version) return;
  const hadFocus = pending.contains(document.activeElement);
  pending.replaceChildren(...fresh.childNodes);
  pending.dataset.version = fresh.dataset.version;
  if (hadFocus) document.querySelector("form[data-composer] textarea")?.focus();
}

function scroller() {
  return document.querySelector(".scroller");
}

// The list grows upwards from its end: 0 is the newest, earlier is negative.
function announce() {
  if (scroller().scrollTop < -60) document.querySelector("[data-newest]").hidden = false;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-newest]")) return;
  toNewest();
});
document.addEventListener("scroll", (event) => {
  if (event.target === scroller() && scroller().scrollTop > -60) document.querySelector("[data-newest]").hidden = true;
}, { capture: true, passive: true });

export function toNewest() {
  scroller().scrollTop = 0;
  document.querySelector("[data-newest]").hidden = true;
}

let scanTimer;

export function awaitScans() {
  clearTimeout(scanTimer);
  if (thread()?.querySelector("[data-pending]")) scanTimer = setTimeout(refresh, PENDING_MS);
}

export function followLogIn(answer) {
  const target = answer.headers.get("HX-Redirect");
  if (target) location.assign(target);
  return Boolean(target);
}
