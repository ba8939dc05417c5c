// Files leave as soon as they are chosen, dropped or pasted: progress, cancel, retry, the reason of a refusal beside the
// file. Each [data-uploads] (uploads.html) keeps its files' ids as hidden fields "file_ids" of its form and says
// "uploads-change" when they change. A form that is submitted meanwhile waits for its files, and says so.

import { asPerson } from "./person.js";

// After a log-in in another tab, a slow line, an answer that is still on its way, too many at once.
const AGAIN = [401, 408, 409, 429];

const waiting = new WeakSet();
// What is on its way goes on while its form is out of the page, and joins the form that takes its place.
const travelling = new Set();

const homeOf = (container) => container.closest("form")?.getAttribute("action");

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
  container.addEventListener("files-arrive", ({ detail }) => detail.forEach((file) => add(container, file)));
  for (const row of container.querySelectorAll("li[data-done]")) {
    row.remove();
    list(container, { ...shown(row), id: row.querySelector("input").value });
  }
  inputs[0].form?.addEventListener("submit", (event) => hold(event, container), { capture: true });
  for (const upload of travelling) if (!upload.container.isConnected && upload.home === homeOf(container)) join(upload, container);
}

/** Empties the list, after what it belonged to has been sent. */
export function clear(container) {
  container.querySelector("ul").replaceChildren();
  container.querySelectorAll(":scope > .wrong").forEach((one) => one.remove());
}

/** The files that are at the files service and wait for the form, as restoreFiles takes them. */
export function sentFiles(container) {
  return [...container.querySelectorAll("li [name=file_ids]")].map((id) => ({ id: id.value, ...shown(id.closest("li")) }));
}

/** Lists files that were sent before the page was left; one that is gone meanwhile says so. */
export function restoreFiles(container, files) {
  const listed = sentFiles(container).map((file) => file.id);
  for (const file of files.filter(({ id }) => !listed.includes(id))) confirm(list(container, file));
}

function list(container, { id, name, size }) {
  const upload = { container, row: newRow(container, name, size) };
  finish(upload, { id });
  return upload;
}

function shown(row) {
  return { name: row.querySelector(".upload-name").textContent, size: row.querySelector("[data-size]")?.textContent ?? "" };
}

async function confirm(upload) {
  const answer = await fetch(`/fichiers/${upload.id}`, { headers: asPerson() }).catch(() => null);
  if (answer?.status !== 404) return;
  upload.row.querySelector("[name=file_ids]").remove();
  upload.id = undefined;
  fail(upload, upload.container.dataset.gone, false);
}

function join(upload, container) {
  upload.container = container;
  container.querySelector("ul").append(upload.row);
  settle(upload);
}

/** Once it has arrived or failed where it is seen, it is a file of its form like any other. */
function settle(upload) {
  if (!upload.row.hasAttribute("data-busy") && upload.container.isConnected) travelling.delete(upload);
  changed(upload.container);
}

function rows(container, state) {
  return [...container.querySelectorAll(`li[${state}]`)];
}

function hold(event, container) {
  const { submitter, target: form } = event;
  if (!rows(container, "data-busy").length) return quiet(form);
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting.has(container)) return;
  waiting.add(container);
  const before = rows(container, "data-failed");
  const goOn = () => {
    const busy = rows(container, "data-busy");
    if (busy.length) return note(form, submitter, container.dataset.waits, busy);
    container.removeEventListener("uploads-change", goOn);
    waiting.delete(container);
    // Whether to send without one that failed is the person's to say.
    const failed = rows(container, "data-failed").filter((row) => !before.includes(row));
    if (failed.length) return note(form, submitter, container.dataset.stopped, failed);
    quiet(form);
    form.requestSubmit(submitter);
  };
  container.addEventListener("uploads-change", goOn);
  goOn();
}

function note(form, submitter, sentence, files) {
  const place = submitter ?? form.querySelector("button.primary, button:not([type=button])");
  let line = form.querySelector(".upload-note");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "upload-note" });
    line.setAttribute("role", "alert");
    place.after(line);
  }
  line.textContent = sentence.replace("{files}", files.map((row) => shown(row).name).join(", "));
}

function quiet(form) {
  form?.querySelector(".upload-note")?.remove();
}

function add(container, file) {
  const row = newRow(container, file.name, readable(file.size));
  const upload = { container, home: homeOf(container), file, row, key: crypto.randomUUID() };
  row.querySelector("[data-retry]").addEventListener("click", () => send(upload));
  row.querySelector("[data-cancel]").addEventListener("click", () => upload.request?.abort());
  const reason = refusal(container, file);
  if (reason) fail(upload, reason, false);
  else send(upload);
}

/** Why the files service would refuse it, where that is known before it is sent. */
function refusal(container, file) {
  const { limit, tooLarge, most, tooMany, empty, programs, program, pages, page } = container.dataset;
  const extension = file.name.toLowerCase().replace(/^[. ]+|[. ]+$/g, "").split(".").slice(1).at(-1);
  if (programs.split(" ").includes(extension)) return program;
  if (pages.split(" ").includes(extension)) return page;
  if (!file.size) return empty;
  if (file.size > Number(limit)) return tooLarge;
  return container.querySelectorAll("li:not([data-failed])").length > Number(most) ? tooMany : "";
}

function newRow(container, name, size) {
  const row = container.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-size]").textContent = size;
  for (const place of row.querySelectorAll(".upload-name, [data-name]")) place.textContent = name;
  row.querySelector("[data-remove]").addEventListener("click", () => remove(row));
  container.querySelector("ul").append(row);
  return row;
}

function send(upload) {
  const { row, file, key } = upload;
  const request = new XMLHttpRequest();
  upload.request = request;
  travelling.add(upload);
  show(row, { busy: true, bar: true, cancel: true });
  const bar = row.querySelector("progress");
  bar.value = 0;
  request.upload.addEventListener("progress", (event) => (bar.value = event.loaded / event.total));
  request.addEventListener("load", () => {
    const answer = read(request.responseText);
    if (request.status === 201 && answer.id) finish(upload, answer);
    else fail(upload, answer.title || upload.container.dataset.broken, request.status >= 500 || AGAIN.includes(request.status));
  });
  request.addEventListener("error", () => fail(upload, upload.container.dataset.broken, true));
  request.addEventListener("abort", () => (travelling.delete(upload), remove(row)));
  request.open("POST", "/fichiers");
  for (const [name, value] of Object.entries(asPerson())) request.setRequestHeader(name, value);
  request.setRequestHeader("Idempotency-Key", key);
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  const form = new FormData();
  form.append("file", file);
  request.send(form);
  changed(upload.container);
}

function finish(upload, answer) {
  const id = document.createElement("input");
  Object.assign(id, { type: "hidden", name: "file_ids", value: answer.id });
  upload.row.append(id);
  upload.id = answer.id;
  show(upload.row, { sent: true, remove: true });
  quiet(id.form);
  settle(upload);
}

function fail(upload, sentence, mayRetry) {
  show(upload.row, { failed: true, retry: mayRetry, remove: true });
  upload.row.querySelector(".wrong").textContent = sentence;
  settle(upload);
}

function remove(row) {
  const container = row.closest("[data-uploads]");
  const next = row.nextElementSibling?.querySelector("button:not([hidden])");
  const had = row.contains(document.activeElement);
  const id = row.querySelector("[name=file_ids]")?.value;
  row.remove();
  if (id) fetch(`/fichiers/${id}`, { method: "DELETE", headers: asPerson() });
  if (had) (next ?? container.querySelector("input[type=file]")).focus();
  changed(container);
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

// As formats.size writes it on the server.
function readable(size) {
  const language = document.documentElement.lang;
  const isFrench = language === "fr";
  if (!size) return isFrench ? "0\u00a0octet" : "0\u00a0bytes";
  const letter = isFrench ? "o" : "B";
  let amount = size;
  for (const prefix of ["", "K"]) {
    if (Math.round(amount) < 1024) return `${Math.round(amount)}\u00a0${prefix}${letter}`;
    amount /= 1024;
  }
  return `${amount.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })}\u00a0M${letter}`;
}

function enhanceAll(root = document) {
  for (const container of root.querySelectorAll("[data-uploads]")) enhance(container);
}

enhanceAll();
document.addEventListener("htmx:load", (event) => enhanceAll(event.target));
// A reload would break off what is still on its way.
window.addEventListener("beforeunload", (event) => {
  if ([...travelling].some(({ row }) => row.hasAttribute("data-busy"))) event.preventDefault();
});
