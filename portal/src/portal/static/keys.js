// Single letters for SQP's people. They go by the letter that is typed, whatever the keyboard; nothing is taken while one
// types, with a modifier, or while a dialog is open. Every letter presses a button or follows a link of the page.
const sheet = document.getElementById("keys");
const isOn = document.body.dataset.keys !== undefined;

export function prepareKeys() {
  if (!sheet) return;
  for (const opener of document.querySelectorAll("[data-open-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => sheet.showModal());
  }
  if (!isOn) return;
  document.addEventListener("keydown", pressed);
}

const ACTS = {
  n: () => press("form[data-next] button"),
  p: () => take(),
  j: () => step(1),
  k: () => step(-1),
  o: () => here()?.querySelector(".row-link")?.click(),
  r: () => reply(),
  t: () => fromList("t"),
  m: () => fromList("m"),
  q: () => window.location.assign("/a-traiter"),
  "?": () => sheet.showModal(),
};

function pressed(event) {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || event.repeat && !"jk".includes(key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph")) return;
  if (isTyping(target) || document.querySelector("dialog[open]")) return;
  const act = ACTS[key];
  if (!act) return;
  event.preventDefault();
  act();
}

function isTyping(element) {
  return element.isContentEditable || element.matches("input, textarea, select, [role=combobox], [role=listbox] *");
}

/** Once: a second press while the page is on its way sends nothing. */
function press(selector, within = document) {
  const button = within.querySelector(selector);
  if (!button || button.form?.dataset.sent !== undefined) return;
  if (button.form) button.form.dataset.sent = "";
  button.click();
}

function take() {
  const row = here();
  if (row) press("form[data-take] button", row);
  else press("#desk-prendre");
}

function rows() {
  return [...document.querySelectorAll("#content tbody tr:has(.row-link)")];
}

function here() {
  return document.activeElement?.closest?.("#content tbody tr") ?? null;
}

function step(by) {
  const all = rows();
  const place = all.indexOf(here());
  const next = place < 0 ? all.at(by > 0 ? 0 : -1) : all[place + by];
  focus(next);
}

function focus(row) {
  const link = row?.querySelector(".row-link");
  link?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

// Of a note nobody outside SQP learns: it is no answer.
const ANSWER = "[data-tab-name='messagerie-sqp'] form.composer textarea";

function reply() {
  const composer = document.querySelector(ANSWER);
  if (composer) composer.focus();
  else document.getElementById("tab-messagerie-sqp")?.click();
}

function fromList(letter) {
  const link = document.querySelector(`[data-canned='${letter}']`);
  if (link) link.click();
  else document.getElementById("tab-messagerie-sqp")?.click();
}

// The answer to *r*, *t* or *m* arrives with its thread: the composer takes the focus then, or the list opens.
let wanted = "";
document.addEventListener("keydown", ({ key, target }) => (wanted = "rtm".includes(key) && isOn && !isTyping(target) ? key : ""));
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!wanted || detail.target?.id !== "sheet") return;
  if (wanted === "r") document.querySelector(ANSWER)?.focus();
  else document.querySelector(`[data-canned='${wanted}']`)?.click();
  wanted = "";
});
