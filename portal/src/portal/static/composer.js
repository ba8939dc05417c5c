// Writing in a thread: sent without leaving the page, and kept until it stands there.
import { changed, resumeDraft, settled } from "./drafts.js";
import { forget, keep, restore } from "./kept.js";
import { asked, followLogIn, refresh, show, thread, toNewest, withCount } from "./thread.js";
import { clear } from "./uploads.js";

const UNTIL_ANOTHER_PRESS_MS = 700;

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-composer]");
  if (!form || event.defaultPrevented || !thread()) return;
  event.preventDefault();
  send(form);
});

async function send(form) {
  const text = form.querySelector("textarea");
  if (form.querySelector("button.primary").disabled) return;
  const body = new FormData(form);
  say(form, "is-sending", form.dataset.sending);
  text.readOnly = true;
  await settled(form);
  const failure = await attempt(form, body);
  text.readOnly = false;
  if (failure === null) sent(form);
  else say(form, "is-failed", failure);
  text.focus();
}

/** Null once the message stands in the thread; otherwise why it does not. */
async function attempt(form, body) {
  try {
    const answer = await fetch(withCount(form.action), { method: "POST", headers: asked(), body });
    if (followLogIn(answer)) return form.dataset.broken;
    const other = answer.headers.get("X-Another-Person");
    if (other !== null) {
      // The log-out in between has emptied what the browser kept.
      keep(form);
      return form.dataset.anothers.replace("{name}", decodeURIComponent(other));
    }
    const html = await answer.text();
    if (answer.ok) {
      show(html);
      return null;
    }
    // What it was refused for can be mended; sent again it is another message. An answer that did not come says nothing.
    if (answer.status < 500) renew(form);
    if (answer.status === 412) await showWhatCame(form);
    if (answer.status < 500) changed(form);
    return html.trim().startsWith("<") ? form.dataset.broken : html.trim();
  } catch {
    return form.dataset.broken;
  }
}

/** The same press does not send after all: neither a double click nor a key held down. */
async function showWhatCame(form) {
  await refresh();
  form.elements.seen.value = seen();
  toNewest();
  await new Promise((resolve) => setTimeout(resolve, UNTIL_ANOTHER_PRESS_MS));
}

const seen = () => document.querySelector("ol.messages").dataset.seen;

// A message under way answers what its writer had read when it was begun; what comes meanwhile stops it once.
document.addEventListener("thread-read", () => {
  const form = document.querySelector("form[data-composer]");
  if (form && !form.elements.body.value && !form.querySelector("[name=file_ids]")) form.elements.seen.value = seen();
});

function sent(form) {
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
  form.reset();
  form.querySelector("textarea").value = "";
  form.querySelector(".summary")?.remove();
  clear(form.querySelector("[data-uploads]"));
  renew(form);
  form.elements.seen.value = seen();
  form.querySelector(".drafted").textContent = "";
  delete form.dataset.drafted;
  forget(form);
  say(form, "is-sent", `${form.dataset.sent} ${time}`);
  toNewest();
  document.dispatchEvent(new Event("message-sent"));
}

function renew(form) {
  form.elements.key.value = crypto.randomUUID();
}

function say(form, state, sentence) {
  form.classList.remove("is-sending", "is-sent", "is-failed");
  form.classList.add(state);
  form.querySelector(".said").textContent = sentence;
  form.querySelector("button.primary").disabled = state === "is-sending";
}

// What is written or attached now is not what was sent.
for (const change of ["input", "uploads-change"]) {
  document.addEventListener(change, (event) => {
    const form = event.target.closest("form[data-composer].is-sent");
    if (!form) return;
    form.classList.remove("is-sent");
    form.querySelector(".said").textContent = "";
  });
}

/** What was typed and attached before the page was left. A form that the server filled goes before, but for a draft. */
export function resume() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (form.dataset.resumed !== undefined) continue;
    form.dataset.resumed = "";
    // By what the server sent: the browser itself may have filled the field of a page that is read again, and has no files.
    if (form.dataset.drafted !== undefined) resumeDraft(form);
    else if (!form.querySelector("textarea")?.defaultValue) restore(form);
  }
}
