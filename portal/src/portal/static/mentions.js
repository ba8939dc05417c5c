// Whom a note calls, chosen from the list, is written into it as @log-in, where the cursor stands: several may be.
// Without scripts the list itself is sent, and names one.
document.addEventListener("change", (event) => {
  const list = event.target.closest("select[data-mentions]");
  const logIn = list?.selectedOptions[0]?.dataset.login;
  if (!logIn) return;
  const text = list.form.querySelector("textarea");
  const before = text.value.slice(0, text.selectionStart);
  const space = before && !/\s$/.test(before) ? " " : "";
  list.value = "";
  text.setRangeText(`${space}@${logIn} `, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});
