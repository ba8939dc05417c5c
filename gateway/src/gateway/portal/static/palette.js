// The keyboard palette: Ctrl K opens it; as a modal dialog it gives the focus back when it closes.
import { show } from "./combobox.js";

const palette = document.getElementById("palette");

export function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  window.htmx.ajax("GET", "/palette", { target: "#palette", swap: "innerHTML" });
}

export function preparePalette() {
  if (!palette) return;
  palette.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== palette) return;
    const box = document.getElementById("palette-q");
    box.focus();
    show(box);
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
  palette.addEventListener("close", () => palette.replaceChildren());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    }
  });
}
