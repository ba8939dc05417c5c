// What a page reads afresh by itself (its hx-trigger ends with "again") waits while the pointer is down in it: a button that is
// replaced between press and release gets no click.
const READS_ITSELF = "[hx-trigger$=', again']";

let pressed;
const due = new Set();

export function preparePressed() {
  document.addEventListener("pointerdown", ({ target }) => (pressed = target), true);
  for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, released, true);
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { elt } = detail.requestConfig;
    if (!detail.shouldSwap || !pressed || !elt.matches(READS_ITSELF) || !elt.contains(pressed)) return;
    detail.shouldSwap = false;
    due.add(elt);
  });
}

function released() {
  pressed = undefined;
  // After the click, whose own request goes first.
  setTimeout(() => {
    for (const element of due) element.dispatchEvent(new CustomEvent("again"));
    due.clear();
  });
}
