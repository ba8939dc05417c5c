// Writing in a thread: sent without leaving the page, and kept until it stands there.
import { forget, keep, restore } from "./kept.js";
import { asked, followLogIn, show, thread, toNewest, withCount } from "./thread.js";
import { clear } from "./uploads.js";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-composer]");
  if (!form || event.defaultPrevented || !thread()) return;
  event.preventDefault();
  send(form);
});

async function send(form) {
  const text = form.querySelector("textarea");
  if (form.classList.contains("is-sending")) return;
  const body = new FormData(form);
  say(form, "is-sending", form.dataset.sending);
  text.readOnly = true;
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
    return html.trim().startsWith("<") ? form.dataset.broken : html.trim();
  } catch {
    return form.dataset.broken;
  }
}

function sent(form) {
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
  form.reset();
  form.querySelector("textarea").value = "";
  form.querySelector(".summary")?.remove();
  clear(form.querySelector("[data-uploads]"));
  renew(form);
  forget(form);
  say(form, "is-sent", `${form.dataset.sent} ${time}`);
  toNewest();
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

/** What was typed and attached before the page was left. A form that the server filled goes before. */
export function resume() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (form.dataset.resumed !== undefined) continue;
    form.dataset.resumed = "";
    // By what the server sent: the browser itself may have filled the field of a page that is read again, and has no files.
    if (!form.querySelector("textarea")?.defaultValue) restore(form);
  }
}
