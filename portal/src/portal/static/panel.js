// The notifications' panel behind the bell. It makes room beside the page; on a narrow screen it steps aside as soon as
// one writes. Focus goes to its heading and back to the bell.
const panel = document.getElementById("panel");
const bell = document.getElementById("bell");
const narrow = window.matchMedia("(max-width: 1100px)");

export function preparePanel() {
  if (!panel || !bell) return;
  bell.setAttribute("role", "button");
  bell.setAttribute("aria-controls", "panel");
  bell.setAttribute("aria-expanded", "false");
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-panel]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (panel.hidden) open();
      else close();
    } else if (event.target.closest("[data-close-panel]")) close();
  });
  bell.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    bell.click();
  });
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.defaultPrevented || document.querySelector("dialog[open]");
    if (event.key === "Escape" && !panel.hidden && !elsewhere) close();
  });
  document.addEventListener("focusin", (event) => {
    const writes = event.target.matches("#content textarea, #content input");
    if (writes && narrow.matches && !panel.hidden) close({ keepFocus: true });
  });
  panel.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === panel) document.getElementById("panel-title")?.focus();
  });
  panel.addEventListener("htmx:responseError", () => window.location.assign(bell.href));
}

function open() {
  show(true);
  window.htmx.ajax("GET", "/notifications/panneau", { target: "#panel", swap: "innerHTML" });
}

function close({ keepFocus = false } = {}) {
  show(false);
  panel.replaceChildren();
  if (!keepFocus) bell.focus();
}

function show(isOpen) {
  panel.hidden = !isOpen;
  bell.setAttribute("aria-expanded", String(isOpen));
  document.body.classList.toggle("with-panel", isOpen);
}
