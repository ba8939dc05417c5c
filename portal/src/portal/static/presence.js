// Who of SQP is at an incident, and who writes there. A page says so while it is used, the server forgets it by itself; and what
// the server did not say just now is not shown.
import { asPerson, isOver } from "./person.js";

const EVERY_MS = 15_000;
// A page that nobody touches is nobody's: neither a screen left on nor a session is kept up by its script.
const IDLE_MS = 5 * 60_000;
const SOON_MS = 300;

const pageId = crypto.randomUUID();
const bar = document.querySelector("[data-presence]");
let touchedAt = performance.now();
let asked = 0;
let isSaid = false;
let wrote = false;
let known = new Map();
let timer;

const isUsed = () => performance.now() - touchedAt < IDLE_MS;
const isSeen = () => document.visibilityState === "visible";

function writes() {
  const form = document.querySelector("form[data-composer]");
  return Boolean(form?.elements.body.value.trim());
}

function beat() {
  clearTimeout(timer);
  timer = setTimeout(beat, EVERY_MS);
  if (bar) sayHere();
  else readQueue();
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(beat, SOON_MS);
}

async function sayHere() {
  const mine = ++asked;
  wrote = writes();
  // An answer that was begun is worth knowing of while its writer looks something up in another tab.
  if (!isUsed() || !(isSeen() || wrote)) return leave();
  isSaid = true;
  const html = await ask(() => post({ writes: wrote ? "1" : "" }));
  if (mine === asked) show(bar, html);
}

function leave() {
  asked += 1;
  show(bar, "");
  if (!isSaid) return;
  isSaid = false;
  post({ leaves: "1" }).catch(() => {});
}

function post(more) {
  const token = bar.querySelector("input");
  const body = new URLSearchParams({ [token.name]: token.value, page: pageId, ...more });
  return fetch(bar.dataset.presence, { method: "POST", headers: asPerson(), body, redirect: "manual", keepalive: true });
}

async function readQueue() {
  const mine = ++asked;
  const isWanted = isUsed() && isSeen();
  const html = isWanted ? await ask(() => fetch("/a-traiter/presence", { headers: asPerson(), redirect: "manual" })) : "";
  if (mine !== asked) return;
  const found = new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-presence-of]");
  known = new Map([...found].map((each) => [each.dataset.presenceOf, each.innerHTML]));
  showRows();
}

function showRows() {
  for (const row of document.querySelectorAll("#desk [data-presence-of]")) {
    put(row, known.get(row.dataset.presenceOf) ?? "");
  }
}

/** Empty where there is no answer. */
async function ask(request) {
  const answer = await request().catch(() => null);
  if (!answer || isOver(answer) || !answer.ok) return "";
  return answer.text().catch(() => "");
}

function show(place, html) {
  put(place.querySelector(".presence"), html);
}

function put(element, html) {
  const fresh = html.trim();
  // What stands is not said again to those who hear the page.
  if (element.dataset.shown === fresh) return;
  element.dataset.shown = fresh;
  element.innerHTML = fresh;
}

for (const sign of ["pointermove", "pointerdown", "keydown", "scroll", "input"]) {
  document.addEventListener(sign, () => {
    const wasUsed = isUsed();
    touchedAt = performance.now();
    if (!wasUsed) beat();
  }, { capture: true, passive: true });
}
for (const change of ["input", "message-sent"]) {
  document.addEventListener(change, () => bar && writes() !== wrote && soon());
}
document.body.addEventListener("presence-changed", ({ detail }) => {
  if (!bar || detail.number === document.querySelector("[data-incident]").dataset.incident) soon();
});
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "desk") showRows();
  // Another tab of the incident has another composer, or none.
  if (bar && writes() !== wrote) soon();
});
document.addEventListener("visibilitychange", () => {
  if (isSeen()) touchedAt = performance.now();
  beat();
});
window.addEventListener("pagehide", () => {
  clearTimeout(timer);
  if (bar) leave();
});
window.addEventListener("pageshow", (event) => event.persisted && beat());

beat();
