// What happens, as it happens: the bell's count, and hints that parts of the page listen for.
//
// A browser opens six connections to a host over HTTP/1.1, so its tabs share one stream. The tab that holds the lock of
// its person reads it and hands each event to the others; when that tab closes, the browser gives the lock to the next,
// which resumes after the last event that was handed round. Without locks each tab reads for itself while it is in view.
import { person, sayOver } from "./person.js";
import { openStream } from "./stream.js";

// How long a leader may take to answer before it counts as frozen.
const PATIENCE = 4000;
const ASKED_EVERY = 30_000;

const name = `sqp live ${person}`;
const isShared = "locks" in navigator && "BroadcastChannel" in window;

let channel;
let lastId = "";
let isOpen = false;
let isDone = false;
// While this tab waits for the lock, or holds it; and while it reads the stream.
let standing;
let closeStream;
let unanswered;
let begin;

export function listen() {
  meet();
  if (isShared) prepareShared();
  else prepareAlone();
  begin();
}

// One for all tabs.

function prepareShared() {
  begin = join;
  window.addEventListener("pagehide", leave);
  document.addEventListener("freeze", leave);
  document.addEventListener("resume", joinAgain);
  window.addEventListener("pageshow", (event) => event.persisted && joinAgain());
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, ASKED_EVERY);
}

function join() {
  channel = new BroadcastChannel(name);
  channel.addEventListener("message", ({ data }) => hear(data));
  stand();
  channel.postMessage({ ask: true });
}

/** After a while outside: what was said meanwhile has been missed. */
function joinAgain() {
  if (isDone || channel) return;
  join();
  tell("stream-reset", {});
}

function leave() {
  clearTimeout(unanswered);
  channel?.close();
  channel = undefined;
  standing?.abort();
}

/** Waits for the lock, or takes it from its holder; leads while it is held. */
function stand({ steal = false } = {}) {
  standing?.abort();
  const mine = new AbortController();
  standing = mine;
  const lead = () => new Promise((release) => {
    if (mine.signal.aborted) return release();
    const close = openStream((heard) => mine.signal.aborted || hand(heard), () => lastId);
    closeStream = close;
    mine.signal.addEventListener("abort", () => {
      close();
      closeStream = undefined;
      release();
    });
  });
  navigator.locks.request(name, steal ? { steal } : { signal: mine.signal }, lead).catch((error) => {
    if (error.name !== "AbortError") throw error;
    // Another tab found this one silent and took over.
    if (!mine.signal.aborted) stand();
  });
}

function hand(heard) {
  channel?.postMessage({ heard });
  take(heard);
}

function hear({ heard, ask: isAsked, answer }) {
  if (heard || answer) clearTimeout(unanswered);
  if (heard) take(heard);
  if (isAsked && closeStream) channel.postMessage({ answer: { isOpen, lastId } });
  if (answer) {
    lastId ||= answer.lastId;
    if (answer.isOpen && !isOpen) take({ event: "open" });
  }
}

/** A tab in view makes sure that the leader is awake; one that hangs loses the lock. */
function ask() {
  if (!channel || closeStream || document.visibilityState !== "visible") return;
  clearTimeout(unanswered);
  unanswered = setTimeout(() => stand({ steal: true }), PATIENCE);
  channel.postMessage({ ask: true });
}

// Each for itself.

function prepareAlone() {
  const follow = () => {
    const isWanted = document.visibilityState === "visible" && !isDone;
    if (isWanted) closeStream ??= openStream(take, () => lastId);
    else {
      closeStream?.();
      closeStream = undefined;
    }
  };
  document.addEventListener("visibilitychange", follow);
  begin = follow;
}

// What was heard.

function take({ event, data, id, another }) {
  if (id) lastId = id;
  if (event === "notification" || event === "notifications.read") {
    showCount(data.unread_count);
    tell(event.replace(".", "-"), {});
  } else if (event === "incident.changed" && data.what === "presence") {
    tell("presence-changed", data);
  } else if (event === "incident.changed") {
    tell("incident-changed", data);
    tell(`incident-${data.number}-${data.what}`, data);
  } else if (event === "reset") tell("stream-reset", {});
  else if (event === "open") opened();
  else if (event === "over") over(another);
}

/** Between the page and its stream something may have happened. */
async function opened() {
  isOpen = true;
  await loaded();
  document.body.dataset.live = "";
  tell("stream-open", {});
}

function over(another) {
  isDone = true;
  delete document.body.dataset.live;
  if (another) sayOver();
  leave();
  closeStream?.();
  closeStream = undefined;
}

/** The same person is logged in again. */
function back() {
  isDone = false;
  sayOver(false);
  begin();
  tell("stream-reset", {});
}

/** A page says at its start whose it is: what is open of the person who was here before ends at once. */
function meet() {
  if (!("BroadcastChannel" in window)) return;
  let persons;
  const enter = () => {
    persons = new BroadcastChannel("sqp person");
    persons.addEventListener("message", ({ data }) => {
      if (data !== person) over(true);
      else if (isDone) back();
    });
  };
  enter();
  persons.postMessage(person);
  window.addEventListener("pagehide", () => persons.close());
  window.addEventListener("pageshow", (event) => event.persisted && enter());
}

/** Once every part of the page listens. */
function loaded() {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => window.addEventListener("load", resolve, { once: true }));
}

function tell(what, detail) {
  document.body.dispatchEvent(new CustomEvent(what, { detail, bubbles: true }));
}

function showCount(count) {
  const shown = document.getElementById("unread");
  if (shown && count !== undefined) shown.textContent = count ? (count < 100 ? String(count) : "99+") : "";
}
