// The answer to a form is stored nowhere, so that a browser which goes back to it, or reads it again, has nothing to
// show. The page that asked takes its place in the history, with what was typed.
import { person } from "./person.js";

const FIELDS = "main :is(input:not([type=hidden], [type=file], [type=password]), textarea)";

const place = () => `refused ${person} ${location.href}`;

export function prepareAnswer() {
  if (document.documentElement.dataset.answer !== undefined) {
    const asking = document.referrer.startsWith(`${location.origin}/`) ? document.referrer : location.href;
    history.replaceState(history.state, "", asking);
    const typed = fields().map(({ name, value, checked }) => ({ name, value, checked }));
    sessionStorage.setItem(place(), JSON.stringify(typed));
    fill(typed);
  } else if (performance.getEntriesByType("navigation")[0]?.type === "reload") {
    fill(JSON.parse(sessionStorage.getItem(place()) ?? "[]"));
  } else {
    sessionStorage.removeItem(place());
  }
}

const fields = () => [...document.querySelectorAll(FIELDS)];

// A browser keeps of a field what differs from the page's own value: what was refused is typed, not the page's. A group's
// fields have their own values first, since each that is given one may take it from another.
function fill(typed) {
  const pairs = fields().map((field, at) => [field, typed[at]]).filter(([field, was]) => was && field.name === was.name);
  for (const [field, { value, checked }] of pairs) {
    if (isChosen(field)) field.defaultChecked = !checked;
    else field.defaultValue = `${value} `;
  }
  for (const [field, { value, checked }] of pairs) {
    if (!isChosen(field)) field.value = value;
    else field.checked = checked;
  }
}

const isChosen = (field) => field.matches("[type=checkbox], [type=radio]");
