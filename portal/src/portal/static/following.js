// Lists with data-follows read themselves afresh when something happens: as they are searched, sorted and filtered by then, and
// with the focus and the choice of rows where they were.
export function prepareFollowing() {
  const follows = (element) => element?.dataset?.follows !== undefined;
  let focused;
  let picked = [];

  // What a person asks of a list goes before what the list asks by itself, which is then asked afterwards: otherwise the list
  // would be replaced under the answer.
  let isDue = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    const list = elt.closest("[data-follows]");
    if (list && list !== elt) list.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: { elt: list } }));
    if (list !== elt || !list.querySelector(".htmx-request")) return;
    event.preventDefault();
    isDue = true;
  });
  document.addEventListener("htmx:xhr:abort", ({ detail }) => (isDue ||= follows(detail.elt)));
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    const list = target.closest?.("[data-follows]");
    if (!isDue || !list || follows(detail.elt)) return;
    isDue = false;
    list.dispatchEvent(new CustomEvent("again"));
  });

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (follows(detail.elt)) detail.path = location.pathname + location.search;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    // The event is the target's; who asked is the request's.
    if (!follows(detail.requestConfig.elt)) return;
    // Searched or sorted meanwhile: the answer is to another question.
    const asked = detail.requestConfig.path;
    if (asked !== location.pathname + location.search) detail.shouldSwap = false;
    focused = detail.elt.contains(document.activeElement) ? named(document.activeElement) : null;
    picked = [...detail.elt.querySelectorAll("input[type=checkbox]:checked")].map(({ name, value }) => [name, value]);
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!follows(detail.elt)) return;
    for (const [name, value] of picked) {
      const box = detail.elt.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
      if (box) box.checked = true;
    }
    picked = [];
    if (!focused) return;
    detail.elt.querySelector(focused)?.focus({ preventScroll: true });
    focused = null;
  });
}

/** How the same link or button is found in what replaces it. */
function named(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : null;
}
