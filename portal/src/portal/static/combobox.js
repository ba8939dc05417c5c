// A field with role="combobox": arrows move through the options of its list, Enter follows one, Escape closes the list.
// With data-first the first option is chosen from the start.
export function prepareComboboxes() {
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.("[role=combobox]")) onKey(event, event.target);
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const list = event.detail.target;
    // A page brought back from the history has no target.
    if (!list?.id) return;
    const box = document.querySelector(`[role=combobox][aria-controls="${list.id}"]`);
    if (box) show(box, list);
  });
  document.addEventListener("focusout", (event) => {
    const box = event.target.closest?.("form")?.querySelector("[role=combobox]:not([data-first])");
    if (box && !box.form.contains(event.relatedTarget)) hide(box);
  });
}

function show(box, list = listOf(box)) {
  const options = optionsOf(list);
  const isShown = options.length > 0 && (box.hasAttribute("data-first") || document.activeElement === box);
  list.hidden = !isShown;
  box.setAttribute("aria-expanded", String(isShown));
  choose(box, box.hasAttribute("data-first") ? options[0] : undefined);
}

function hide(box) {
  listOf(box).hidden = true;
  box.setAttribute("aria-expanded", "false");
  choose(box, undefined);
}

function onKey(event, box) {
  const list = listOf(box);
  const options = optionsOf(list);
  const at = options.findIndex((option) => option.ariaSelected === "true");
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
    event.preventDefault();
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(box, options.at((Math.max(at, step > 0 ? -1 : 0) + step) % options.length));
  } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
    event.preventDefault();
    options[at].click();
  } else if (event.key === "Escape" && !list.hidden && !box.hasAttribute("data-first")) {
    event.preventDefault();
    hide(box);
  }
}

function choose(box, chosen) {
  for (const option of optionsOf(listOf(box))) option.ariaSelected = String(option === chosen);
  if (chosen) {
    box.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

function listOf(box) {
  return document.getElementById(box.getAttribute("aria-controls"));
}

function optionsOf(list) {
  return [...list.querySelectorAll("[role=option]")];
}
