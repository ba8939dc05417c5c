// Files leave as soon as they are chosen or dropped: progress, cancel, retry, the reason of a refusal beside the file.
// Each [data-uploads] (uploads.html) keeps its files' ids as hidden fields "file_ids" of its form and says
// "uploads-change" when they change. A form that is submitted meanwhile waits for its files.
// [data-drop] around it, or the container itself, takes dropped files.

// After a log-in in another tab, a slow line, an answer that is still on its way, too many at once.
const AGAIN = [401, 408, 409, 429];

const waiting = new WeakSet();

export function enhance(container) {
  if (container.dataset.enhanced !== undefined) return;
  container.dataset.enhanced = "";
  const inputs = container.querySelectorAll("input[type=file]");
  for (const input of inputs) {
    input.addEventListener("change", () => {
      for (const file of input.files) add(container, file);
      input.value = "";
    });
  }
  const everywhere = container.dataset.everywhere !== undefined && document.documentElement;
  takeDrops(everywhere || (container.closest("[data-drop]") ?? container), (files) => {
    for (const file of files) add(container, file);
  });
  inputs[0].form?.addEventListener("submit", (event) => hold(event, container), { capture: true });
}

/** Empties the list, after what it belonged to has been sent. */
export function clear(container) {
  container.querySelector("ul").replaceChildren();
  container.querySelectorAll(":scope > .wrong").forEach((one) => one.remove());
}

export function isBusy(container) {
  return container.querySelector("li[data-busy]") !== null;
}

function hold(event, container) {
  if (!isBusy(container)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting.has(container)) return;
  waiting.add(container);
  const submitter = event.submitter;
  const form = event.target;
  container.addEventListener("uploads-change", function settled() {
    if (isBusy(container)) return;
    container.removeEventListener("uploads-change", settled);
    waiting.delete(container);
    // One that failed stays in view: whether to send without it is the person's to say.
    if (!container.querySelector("li[data-failed]")) form.requestSubmit(submitter);
  });
}

function takeDrops(zone, take) {
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const shade = (by) => {
    depth = Math.max(0, depth + by);
    zone.classList.toggle("dropping", depth > 0);
  };
  zone.addEventListener("dragenter", (event) => hasFiles(event) && shade(1));
  zone.addEventListener("dragleave", (event) => hasFiles(event) && shade(-1));
  zone.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  zone.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    shade(-depth);
    take(event.dataTransfer.files);
  });
}

function add(container, file) {
  const row = container.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector(".upload-name").textContent = file.name;
  row.querySelector("[data-size]").textContent = readable(file.size);
  container.querySelector("ul").append(row);
  const upload = { container, file, row, key: crypto.randomUUID() };
  row.querySelector("[data-retry]").addEventListener("click", () => send(upload));
  row.querySelector("[data-cancel]").addEventListener("click", () => upload.request?.abort());
  row.querySelector("[data-remove]").addEventListener("click", () => remove(upload));
  const { limit, tooLarge, most, tooMany } = container.dataset;
  if (file.size > Number(limit)) fail(upload, tooLarge, false);
  else if (container.querySelectorAll("li").length > Number(most)) fail(upload, tooMany, false);
  else send(upload);
}

function send(upload) {
  const { container, row, file, key } = upload;
  const request = new XMLHttpRequest();
  upload.request = request;
  show(row, { busy: true, bar: true, cancel: true });
  const bar = row.querySelector("progress");
  bar.value = 0;
  request.upload.addEventListener("progress", (event) => (bar.value = event.loaded / event.total));
  request.addEventListener("load", () => {
    const answer = read(request.responseText);
    if (request.status === 201 && answer.id) finish(upload, answer);
    else fail(upload, answer.title || container.dataset.broken, request.status >= 500 || AGAIN.includes(request.status));
  });
  request.addEventListener("error", () => fail(upload, container.dataset.broken, true));
  request.addEventListener("abort", () => remove(upload));
  request.open("POST", "/api/v1/files");
  request.setRequestHeader("Idempotency-Key", key);
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  const form = new FormData();
  form.append("file", file);
  request.send(form);
  changed(container);
}

function finish(upload, answer) {
  const id = document.createElement("input");
  Object.assign(id, { type: "hidden", name: "file_ids", value: answer.id });
  upload.row.append(id);
  upload.id = answer.id;
  show(upload.row, { sent: true, remove: true });
  changed(upload.container);
}

function fail(upload, sentence, mayRetry) {
  show(upload.row, { failed: true, retry: mayRetry, remove: true });
  upload.row.querySelector(".wrong").textContent = sentence;
  changed(upload.container);
}

function remove(upload) {
  const next = upload.row.nextElementSibling?.querySelector("button:not([hidden])");
  const had = upload.row.contains(document.activeElement);
  upload.row.remove();
  if (upload.id) fetch(`/api/v1/files/${upload.id}`, { method: "DELETE" });
  if (had) (next ?? upload.container.querySelector("input[type=file]")).focus();
  changed(upload.container);
}

function show(row, { busy = false, bar = false, sent = false, failed = false, retry = false, cancel = false, remove: off = false }) {
  row.toggleAttribute("data-busy", busy);
  row.toggleAttribute("data-failed", failed);
  row.querySelector("progress").hidden = !bar;
  row.querySelector("[data-sent]").hidden = !sent;
  row.querySelector("[data-retry]").hidden = !retry;
  row.querySelector("[data-cancel]").hidden = !cancel;
  row.querySelector("[data-remove]").hidden = !off;
  row.querySelector(".wrong").textContent = "";
}

function changed(container) {
  container.dispatchEvent(new CustomEvent("uploads-change", { bubbles: true }));
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function readable(size) {
  const language = document.documentElement.lang;
  const [amount, unit] = size < 1048576 ? [Math.max(1, size / 1024), "Ko"] : [size / 1048576, "Mo"];
  return `${amount.toLocaleString(language, { maximumFractionDigits: unit === "Mo" ? 1 : 0 })} ${unit}`;
}

function enhanceAll(root = document) {
  for (const container of root.querySelectorAll("[data-uploads]")) enhance(container);
}

enhanceAll();
document.addEventListener("htmx:load", (event) => enhanceAll(event.target));
