// Whom a note calls, chosen from the list, is written into it as @log-in, where the cursor stands: several may be.
// Without scripts the list itself is sent, and names one.
const LIST = "select[data-mentions]";

document.addEventListener("change", ({ target }) => {
  if (target.matches(LIST) && target.dataset.byKeys === undefined && write(target)) target.form.querySelector("textarea").focus();
});

// An arrow or a letter changes the list at every person that it passes: by keys who stands there is called with Enter, or
// once the list is left.
document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.(LIST);
  if (!list) return;
  list.dataset.byKeys = "";
  if (event.key !== "Enter" || !list.value) return;
  event.preventDefault();
  write(list);
  list.form.querySelector("textarea").focus();
});
document.addEventListener("pointerdown", ({ target }) => delete target.closest?.(LIST)?.dataset.byKeys);
document.addEventListener("focusout", ({ target }) => target.matches?.(LIST) && write(target));

/** Whether there is anybody to call. */
function write(list) {
  const logIn = list.selectedOptions[0]?.dataset.login;
  if (!logIn) return false;
  const text = list.form.querySelector("textarea");
  const before = text.value.slice(0, text.selectionStart);
  const space = before && !/\s$/.test(before) ? " " : "";
  list.value = "";
  text.setRangeText(`${space}@${logIn} `, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}
