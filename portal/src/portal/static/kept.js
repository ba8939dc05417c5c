// What is typed into a form with data-keep, and the files that were sent ahead for it, stay in this tab of the browser until
// the form is sent: over other tabs of the page, a reload, a log-in. They are their person's alone.
import { person } from "./person.js";
import { restoreFiles, sentFiles } from "./uploads.js";

const NOT_KEPT = ["csrf", "file_ids", "promise_revision"];

// A form that leaves with its page goes to the server, which shows it again if need be.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (!event.defaultPrevented && form.dataset.keep && form.dataset.draft === undefined) forget(form);
});

const place = (form) => `typed ${person} ${form.dataset.keep}`;
const filesOf = (form) => form.querySelector("[data-uploads]");

/** ``more`` is kept along. */
export function keep(form, more = {}) {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.includes(name));
  const files = filesOf(form) ? sentFiles(filesOf(form)) : [];
  sessionStorage.setItem(place(form), JSON.stringify({ ...more, fields, files }));
}

export function forget(form) {
  sessionStorage.removeItem(place(form));
}

/** What was kept, or null. */
export function kept(form) {
  return JSON.parse(sessionStorage.getItem(place(form)) ?? "null");
}

/** Fills the form with what was kept. */
export function restore(form) {
  const before = kept(form);
  if (before) fill(form, before);
}

function fill(form, { fields, files }) {
  const values = grouped(fields);
  for (const field of form.elements) {
    if (!field.name || NOT_KEPT.includes(field.name) || field.type === "file" || field.type === "submit") continue;
    const given = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else if (given.length && !isTyped(field, given[0])) field.value = given[0];
  }
  if (filesOf(form)) restoreFiles(filesOf(form), files);
}

// A browser fills the fields of a page that is read again, and a quick person begins before the scripts have.
function isTyped(field, before) {
  return "defaultValue" in field && field.value !== field.defaultValue && !before.startsWith(field.value);
}

function grouped(fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}
