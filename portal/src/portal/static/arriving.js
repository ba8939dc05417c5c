// Files that are dropped or pasted anywhere on a page go to its list of files (uploads.js). On a page that takes none the
// browser would leave for a dropped file, and take along what was being written.

const list = () => document.querySelector("[data-uploads]");

export function prepareArrivals() {
  prepareDrops(document.documentElement);
  document.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // Out of a document come a text and a picture of it: a field wants the text.
    if (!files.length || types.includes("text/plain") || !list()) return;
    event.preventDefault();
    hand([...files].map(named));
  });
}

function prepareDrops(zone) {
  let depth = 0;
  const shade = (by) => {
    depth = Math.max(0, depth + by);
    zone.classList.toggle("dropping", depth > 0 && list() !== null);
  };
  const on = (type, does) => zone.addEventListener(type, (event) => event.dataTransfer?.types.includes("Files") && does(event));
  on("dragenter", () => shade(1));
  on("dragleave", () => shade(-1));
  on("dragover", (event) => {
    event.preventDefault();
    if (!list()) event.dataTransfer.dropEffect = "none";
  });
  on("drop", (event) => {
    event.preventDefault();
    shade(-depth);
    hand([...event.dataTransfer.files]);
  });
}

function hand(files) {
  list()?.dispatchEvent(new CustomEvent("files-arrive", { detail: files }));
}

/** A picture that was never a file has a name that every other one has too. */
function named(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const at = new Date().toLocaleString("sv-SE", { timeZone: "Europe/Paris" }).replace(" ", "-").replaceAll(":", "");
  return new File([file], file.name.replace("image", `capture-${at}`), { type: file.type });
}
