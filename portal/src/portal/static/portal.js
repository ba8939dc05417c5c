// What scripts add to pages that work without them: keys, copying, the panel, the palette, live changes.
import { prepareAnswer } from "./answer.js";
import { prepareArrivals } from "./arriving.js";
import { prepareComboboxes } from "./combobox.js";
import { prepareFollowing } from "./following.js";
import { prepareKeys } from "./keys.js";
import { prepareLengths } from "./lengths.js";
import { listen } from "./live.js";
import { preparePalette } from "./palette.js";
import { preparePanel } from "./panel.js";
import { preparePressed } from "./pressed.js";
import { prepareRequests } from "./person.js";
import { prepareReach } from "./reach.js";

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    event.preventDefault();
    await navigator.clipboard.writeText(copy.dataset.copy);
    copied(copy);
    return;
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

function copied(button) {
  button.classList.add("done");
  say(button.dataset.copied ?? "");
  setTimeout(() => button.classList.remove("done"), 2000);
}

// For those who hear the page: one sentence, once.
function say(sentence) {
  let voice = document.getElementById("voice");
  if (!voice) {
    voice = Object.assign(document.createElement("p"), { id: "voice", className: "visually-hidden" });
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = "";
  requestAnimationFrame(() => (voice.textContent = sentence));
}

// A search keeps the sort and the filters that the address has by now, and filters keep the search.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("form.search, form.filters")) return;
  const { parameters } = event.detail;
  const own = event.target.matches(".filters") ? [...event.target.querySelectorAll("select")].map(({ name }) => name) : ["q"];
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (![...own, "cursor", "shown"].includes(name)) parameters[name] = value;
  }
  if (!event.target.matches(".filters")) return;
  for (const name of own) if (!parameters[name]) delete parameters[name];
});

// What a tile or a link chose stands in the filters and in the form of *next*, too.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "desk") return;
  const asked = new URLSearchParams(location.search);
  for (const select of document.querySelectorAll("form.filters select")) select.value = asked.get(select.name) ?? "";
  const view = document.querySelector("form[data-follows-view] [name=vue]");
  if (view) view.value = document.querySelector("[data-view]")?.dataset.view ?? location.search.slice(1);
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") event.target.form?.requestSubmit();
  if (event.key === "/" && !isTyping(event.target)) {
    event.preventDefault();
    document.getElementById("finder")?.focus();
  }
});

function isTyping(element) {
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}

// A question that was opened by its button is closed by that button, or by Escape from anywhere in it.
function prepareConfirmations() {
  document.addEventListener("keydown", (event) => {
    const confirm = event.key === "Escape" && event.target.closest("details.confirm[open]");
    if (!confirm) return;
    confirm.open = false;
    confirm.querySelector("summary").focus();
  });
}

// A summary of what is wrong takes the focus, so that it is read first.
document.getElementById("summary")?.focus();

// On a phone a row of tabs may be longer than the screen: the current one is brought into it.
for (const here of document.querySelectorAll(".subnav [aria-current], .tabs [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// What was said of the last change is over once one goes on.
function hideFlash() {
  document.querySelector("[data-flash]")?.remove();
}
document.addEventListener("htmx:pushedIntoHistory", hideFlash);
document.addEventListener("input", hideFlash);

prepareAnswer();
prepareLengths();
prepareReach();
prepareArrivals();
prepareConfirmations();

if (document.body.dataset.signedIn !== undefined) {
  prepareComboboxes();
  preparePanel();
  preparePalette();
  prepareRequests();
  prepareFollowing();
  preparePressed();
  prepareKeys();
  listen();
}
