// A text that no service takes is told at its field before it leaves: the answer to so much could not show it again.
const MOST = 20_000;

const isTooLong = (field) => field.type !== "hidden" && field.type !== "file" && field.value?.length > MOST;

/** The sentence for a form that holds such a text; empty otherwise. */
export const tooLong = (form) => ([...form.elements].some(isTooLong) ? document.body.dataset.tooLong ?? "" : "");

export function prepareLengths() {
  window.addEventListener("submit", refuse, { capture: true });
  document.addEventListener("input", ({ target }) => target.setCustomValidity?.(""));
}

function refuse(event) {
  const sentence = tooLong(event.target);
  if (!sentence) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const field = [...event.target.elements].find(isTooLong);
  field.setCustomValidity(sentence);
  field.reportValidity();
}
