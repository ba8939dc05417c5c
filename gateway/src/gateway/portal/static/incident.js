// What scripts add to an incident: messages that arrive by themselves, sending without leaving the page, what is typed
// kept, a mark on the thread that is not in view.
import { clear } from "./uploads.js";

const THREAD_TABS = { client: "messagerie", sqp: "messagerie-sqp" };
const PENDING_MS = 1500;

const thread = () => document.querySelector("[data-thread]");
const composer = () => document.querySelector("form[data-composer]");

// Links of older notifications name a tab by a fragment.
const named = Object.values(THREAD_TABS).find((tab) => location.hash === `#${tab}`);
if (named) document.getElementById(`tab-${named}`)?.click();

document.body.addEventListener("incident-changed", ({ detail }) => {
  if (detail.number !== document.querySelector("[data-incident]")?.dataset.incident) return;
  const here = thread()?.dataset.name;
  if (here && (detail.what === "message" || detail.what === "files")) refresh();
  if (detail.what === "message" && detail.thread !== here) markNews(detail.thread);
});
document.body.addEventListener("stream-open", refresh);
document.body.addEventListener("stream-reset", refresh);

function markNews(name) {
  const news = document.querySelector(`#tab-${THREAD_TABS[name]} .news`);
  if (news) news.hidden = false;
}

// A note under way outlives the change of state that replaces its form.
let note = "";
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "moves") note = detail.target.querySelector("textarea")?.value ?? "";
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const text = detail.target?.id === "moves" && document.querySelector("#moves textarea");
  if (text && note) text.value = note;
});

// The messages afresh.

let underWay = false;
let wanted = false;

async function refresh() {
  if (!thread()) return;
  wanted = true;
  if (underWay) return;
  underWay = true;
  while (wanted) {
    wanted = false;
    await read().catch(() => {});
  }
  underWay = false;
}

async function read() {
  const place = thread().dataset.thread;
  const answer = await fetch(withCount(place), { headers: asked() });
  if (followLogIn(answer) || !answer.ok) return;
  const html = await answer.text();
  if (thread()?.dataset.thread === place) show(html);
}

function withCount(place) {
  return `${place}?messages=${document.querySelector("ol.messages")?.dataset.shown ?? ""}`;
}

function asked() {
  return { "HX-Request": "true", "HX-Target": "messages", "HX-Current-URL": location.href };
}

/** Adds what is new and replaces what has changed; what stands stays, so that nothing jumps or is read out twice. */
function show(html) {
  const list = document.querySelector("ol.messages");
  const came = new DOMParser().parseFromString(html, "text/html").querySelectorAll("li.message");
  let isNew = false;
  for (const message of came) {
    const known = document.getElementById(message.id);
    if (!known) {
      list.append(message);
      isNew ||= !message.classList.contains("ours");
    } else if (known.dataset.version !== message.dataset.version) known.replaceWith(message);
  }
  if (isNew) announce();
  awaitScans();
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

function toNewest() {
  scroller().scrollTop = 0;
  document.querySelector("[data-newest]").hidden = true;
}

let scanTimer;

function awaitScans() {
  clearTimeout(scanTimer);
  if (thread()?.querySelector("[data-pending]")) scanTimer = setTimeout(refresh, PENDING_MS);
}

// Writing.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-composer]");
  if (!form || event.defaultPrevented || !thread()) return;
  event.preventDefault();
  send(form);
});

async function send(form) {
  const text = form.querySelector("textarea");
  if (form.classList.contains("is-sending")) return;
  const body = new FormData(form);
  say(form, "is-sending", form.dataset.sending);
  text.readOnly = true;
  const failure = await attempt(form, body);
  text.readOnly = false;
  if (failure === null) sent(form);
  else say(form, "is-failed", failure);
  text.focus();
}

/** Null once the message stands in the thread; otherwise why it does not. */
async function attempt(form, body) {
  try {
    const answer = await fetch(withCount(form.action), { method: "POST", headers: asked(), body });
    if (followLogIn(answer)) return form.dataset.broken;
    const html = await answer.text();
    if (answer.ok) {
      show(html);
      return null;
    }
    // What it was refused for can be mended; sent again it is another message. An answer that did not come says nothing.
    if (answer.status < 500) renew(form);
    return html.trim().startsWith("<") ? form.dataset.broken : html.trim();
  } catch {
    return form.dataset.broken;
  }
}

function sent(form) {
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
  form.reset();
  form.querySelector("textarea").value = "";
  form.querySelector(".summary")?.remove();
  clear(form.querySelector("[data-uploads]"));
  renew(form);
  forget(form);
  say(form, "is-sent", `${form.dataset.sent} ${time}`);
  toNewest();
}

function renew(form) {
  form.elements.key.value = crypto.randomUUID();
}

function say(form, state, sentence) {
  form.classList.remove("is-sending", "is-sent", "is-failed");
  form.classList.add(state);
  form.querySelector(".said").textContent = sentence;
  form.querySelector("button.primary").disabled = state === "is-sending";
}

function followLogIn(answer) {
  const target = answer.headers.get("HX-Redirect");
  if (target) location.assign(target);
  return Boolean(target);
}

// What is typed stays in this tab of the browser until it is sent: over other tabs of the page, a reload, a log-in.

function draftName() {
  const incident = document.querySelector("[data-incident]");
  return `message ${incident.dataset.person} ${incident.dataset.incident} ${thread().dataset.name}`;
}

function forget() {
  sessionStorage.removeItem(draftName());
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("form[data-composer] textarea") || !thread()) return;
  if (event.target.value) sessionStorage.setItem(draftName(), event.target.value);
  else forget();
  event.target.form.classList.remove("is-sent");
});

function begin() {
  document.querySelector('.tabs [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });
  awaitScans();
  for (const field of document.querySelectorAll("[data-tab]")) {
    field.value = document.querySelector("[data-tab-name]").dataset.tabName;
  }
  const text = composer()?.querySelector("textarea");
  if (text && thread() && !text.value) text.value = sessionStorage.getItem(draftName()) ?? "";
}

begin();
document.addEventListener("htmx:load", begin);
