// The keyboard palette: Ctrl K opens it; as a modal dialog it gives the focus back when it closes.
const palette = document.getElementById("palette");

export function preparePalette() {
  const box = document.getElementById("palette-q");
  if (!palette || !box) return;
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!palette.open) open(box);
    }
  });
}

function open(box) {
  box.value = "";
  palette.showModal();
  box.focus();
  window.htmx.trigger(box, "opened");
}
