// Canned answers and macros beside SQP's composer: looked up by a word. A text is put where the cursor stands, and nothing
// that was typed goes; a macro is read first, and refused while something else is being written.
import { handedOver } from "./drafts.js";
import { asPerson } from "./person.js";

const dialog = document.getElementById("canned");

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-canned]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link);
  } else if (event.target === dialog) dialog.close();
});

async function open(link) {
  // A preview says whether a message is under way: what was emptied just now is none.
  await handedOver();
  const answer = await fetch(link.href, { headers: asked() }).catch(() => null);
  const target = answer?.headers.get("HX-Redirect");
  if (!answer?.ok || target) return location.assign(target ?? link.href);
  dialog.innerHTML = await answer.text();
  if (!dialog.open) dialog.showModal();
  const first = ["#canned-q", "[data-apply] button", "[data-apply] a", "button"].map((each) => dialog.querySelector(each));
  first.find(Boolean).focus();
  if (dialog.querySelector("[data-apply]")) isInTheWay();
}

function asked() {
  return asPerson({ "HX-Request": "true", "HX-Target": "canned", "HX-Current-URL": location.href });
}

dialog.addEventListener("input", () => {
  if (!dialog.querySelector("#canned-q")) return;
  const words = dialog.querySelector("#canned-q").value.split(/\s+/).map(folded);
  for (const each of dialog.querySelectorAll("[data-words]")) {
    const text = folded(each.dataset.words);
    each.hidden = !words.every((word) => text.includes(word));
  }
  dialog.querySelector("[data-none]").hidden = Boolean(dialog.querySelector("[data-words]:not([hidden])"));
});

// As the services' searches do: letters and digits alone, however they are written.
const SPELLED = { œ: "oe", æ: "ae", ß: "ss", ø: "o", ł: "l" };
function folded(text) {
  const plain = text.normalize("NFKD").toLowerCase().replace(/[œæßøł]/g, (letter) => SPELLED[letter]);
  return plain.replace(/[^\p{L}\p{N}]/gu, "");
}

// From the box the arrows lead through what is shown, and Enter takes the first. Held down, it does not apply what came.
dialog.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.repeat) return event.preventDefault();
  const buttons = [...dialog.querySelectorAll("[data-words]:not([hidden]) :is(button, a.button)")];
  const place = buttons.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target.id === "canned-q") {
    event.preventDefault();
    buttons[0]?.click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = place + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? dialog.querySelector("#canned-q") : buttons[Math.min(next, buttons.length - 1)])?.focus();
  }
});

dialog.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-insert]");
  if (!form) return;
  event.preventDefault();
  dialog.close();
  insert(form.querySelector(".canned-text").textContent);
  // A use that is not counted hinders nobody.
  fetch(form.action, { method: "POST", headers: asked(), body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(() => null);
});

const composer = () => document.querySelector("[data-thread] form.composer");

/** Whether the composer holds, or is sending, what the macro would neither send nor keep. */
function isInTheWay() {
  const form = composer();
  const isWriting = Boolean(form && (form.elements.body.value.trim() || form.querySelector("[name=file_ids]") || form.classList.contains("is-sending")));
  dialog.querySelector("[data-in-the-way]").hidden = !isWriting;
  return isWriting;
}

// Once: a second press while the first is on its way applies nothing.
dialog.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-apply]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.pressed !== undefined || isInTheWay()) return;
  form.dataset.pressed = "";
  form.submit();
});

/** After what is selected, on lines of its own where something stands around it. */
function insert(body) {
  const text = composer()?.querySelector("textarea");
  if (!text) return;
  const end = text.selectionEnd;
  const gap = text.value.slice(0, end).trim() && !text.value.slice(0, end).endsWith("\n") ? "\n" : "";
  const after = /^[^\n]/.test(text.value.slice(end)) ? "\n" : "";
  text.setRangeText(gap + body + after, end, end, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

// A message that still holds a name in braces is refused by the service: the name is selected, where one can see it.
const LEFT = /\{\s*(?:revendeur|client|incident|contrat|produit|promesse|agent)\.[^{}]*\}/iu;
new MutationObserver(() => {
  const text = document.querySelector("form.composer.is-failed textarea");
  const left = text && LEFT.exec(text.value);
  if (left) text.setSelectionRange(left.index, left.index + left[0].length);
}).observe(document.getElementById("sheet"), { subtree: true, attributeFilter: ["class"] });
