// When the network is away or slow: what one asks for says so, nothing typed leaves with an error page of the browser, and
// what takes long shows that it is under way.
const SLOW = 300;
const UNANSWERED = 8000;

const notice = document.getElementById("unreachable");
const progress = document.getElementById("loading");

// How to ask again, and for whom, by what did not get its answer: a part of the page, or a form. Another's answer says
// nothing of it, nor does that of a part that reads itself anew.
const missed = new Map();
// Since the network went away: what is in use by then is not taken away for what was asked before.
let isTyped = false;
let slow;
let underWay = 0;

export function prepareReach() {
  document.addEventListener("htmx:beforeRequest", begun);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    ended();
    const { elt, target } = detail;
    if (detail.xhr.status && (elt !== target || (missed.get(target)?.by ?? elt) === elt)) reached(target);
  });
  document.addEventListener("htmx:sendError", ({ detail: { requestConfig: asked } }) => {
    const { verb, path, elt, target } = asked;
    unreachable("read", target, elt, () => window.htmx.ajax(verb, path, { source: elt, target }));
  });
  notice?.querySelector("button").addEventListener("click", askAgain);
  for (const change of ["input", "uploads-change"]) document.addEventListener(change, () => (isTyped = true));
  window.addEventListener("online", () => notice?.dataset.what === "read" && !isTyped && askAgain());
  // On the window: what sends a form by itself has taken it by then.
  window.addEventListener("submit", onSubmit);
  window.addEventListener("pagehide", () => (underWay = 0, ended()));
}

async function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.reached !== undefined) {
    delete form.dataset.reached;
    begun();
    return;
  }
  event.preventDefault();
  if (form.dataset.asking !== undefined) return;
  form.dataset.asking = "";
  const { submitter } = event;
  const outside = [...form.elements].filter((field) => !form.contains(field));
  begun();
  const isReached = await isReachable();
  ended();
  delete form.dataset.asking;
  if (isReached) {
    reached(form);
    form.dataset.reached = "";
    stay(form, outside);
    form.requestSubmit(submitter);
  } else {
    form.dispatchEvent(new Event("unreachable"));
    unreachable("send", form, form, () => form.requestSubmit(submitter));
  }
}

/** A live change may have replaced the form's part of the page meanwhile, and a browser sends no form outside the page. */
function stay(form, outside) {
  if (form.isConnected) return;
  form.hidden = true;
  // Fields elsewhere on the page are those of what has taken the form's place.
  for (const field of outside) form.append(field.cloneNode());
  for (const field of form.querySelectorAll("[form]")) field.removeAttribute("form");
  document.body.append(form);
}

/** Whether the server can be asked at all. A slow line is no reason to hold the form back. */
async function isReachable() {
  try {
    await fetch(import.meta.url, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(UNANSWERED) });
    return true;
  } catch (error) {
    return error.name === "TimeoutError" && navigator.onLine;
  }
}

function askAgain() {
  for (const [place, { retry }] of [...missed]) place.isConnected ? retry() : reached(place);
}

function unreachable(what, place, by, retry) {
  missed.set(place, { by, retry });
  isTyped = false;
  notice.dataset.what = what;
  notice.hidden = false;
}

function reached(place) {
  missed.delete(place);
  for (const other of missed.keys()) if (!other.isConnected) missed.delete(other);
  if (notice && !missed.size) notice.hidden = true;
}

function begun() {
  underWay += 1;
  slow ??= setTimeout(() => (progress.hidden = false), SLOW);
}

function ended() {
  underWay = Math.max(0, underWay - 1);
  if (underWay) return;
  clearTimeout(slow);
  slow = undefined;
  if (progress) progress.hidden = true;
}
