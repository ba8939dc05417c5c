// The answer to a form is stored nowhere, so that a browser which goes back to it has nothing to show. The page that
// asked takes its place in the history.

export function prepareAnswer() {
  if (document.documentElement.dataset.answer === undefined) return;
  const asking = document.referrer.startsWith(`${location.origin}/`) ? document.referrer : location.href;
  history.replaceState(history.state, "", asking);
  for (const field of document.querySelectorAll("main input:not([type=hidden], [type=file]), main textarea")) unsay(field);
}

// A browser keeps of a field what differs from the page's own value. What was refused is typed, not the page's.
function unsay(field) {
  const { value, checked } = field;
  if (field.matches("[type=checkbox], [type=radio]")) {
    field.defaultChecked = !checked;
    field.checked = checked;
    return;
  }
  field.defaultValue = "";
  field.value = value;
}
