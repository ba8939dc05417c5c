// What scripts add to an incident: messages that arrive by themselves, what is typed kept, a mark on the thread that is not
// in view.
import { resume } from "./composer.js";
import { keep } from "./kept.js";
import "./mentions.js";
import { awaitScans, refresh, thread } from "./thread.js";
import "./undo.js";

const THREAD_TABS = { client: "messagerie", sqp: "messagerie-sqp", internal: "notes" };

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
// What came while the page was hidden is read once it is looked at.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

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

// Exchanges are replaced as they move on, unless one of their forms is open, filled in or being sent. What is in
// the fields counts: something may have been typed before this script was read.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!["exchanges", "desk-bar"].includes(detail.target?.id) || !isInUse(detail.target)) return;
  detail.shouldSwap = false;
  detail.target.querySelector("[data-moved]").hidden = false;
});

function isInUse(all) {
  const isBegun = all.querySelector("details[open]:not(.desk-log), form[data-asking], form[data-reached]");
  return Boolean(isBegun) || [...all.querySelectorAll("input, select, textarea")].some(isChanged);
}

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.type !== "select-one") return field.value !== field.defaultValue;
  const first = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(first, 0);
}

// A log-out in another tab empties what the browser keeps, and not what stands here.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (form.querySelector("textarea")?.value || form.querySelector("[name=file_ids]")) keep(form);
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.keep) keep(form);
});
document.addEventListener("uploads-change", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) keep(form);
});

// A picture that could not be made small shows the icon of any other file.
function miss(picture) {
  picture.closest(".thumbnail")?.classList.add("missing");
}
document.addEventListener("error", (event) => event.target.tagName === "IMG" && miss(event.target), { capture: true });

function begin() {
  for (const picture of document.querySelectorAll(".thumbnail img")) {
    if (picture.complete && !picture.naturalWidth) miss(picture);
  }
  // Sideways alone: the page stays at the line that its address names, or at what is wrong.
  const here = document.querySelector('.tabs [aria-current="page"]');
  const row = here?.parentElement;
  row?.scrollTo({ left: here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2 });
  awaitScans();
  for (const field of document.querySelectorAll("[data-tab]")) {
    field.value = document.querySelector("[data-tab-name]").dataset.tabName;
  }
  resume();
}

begin();
document.addEventListener("htmx:load", begin);
