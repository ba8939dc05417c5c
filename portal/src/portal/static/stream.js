// The stream of what happens, read with fetch: unlike an EventSource it may be told where to resume, sees why it was
// refused, comes back after any refusal but a log-out, and notices a line that went dead without a word.
import { asPerson } from "./person.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
// The server sends something every 15 seconds.
const SILENCE = 45_000;

/** Calls ``on({ event, data, id })`` for every event, ``on({ event: "open" })`` at each connection and
 * ``on({ event: "over", another })`` when the session has ended or is another person's by now. ``from()`` is the id to
 * resume after. Returns what closes it. */
export function openStream(on, from) {
  const closing = new AbortController();
  run(on, from, closing.signal).catch((error) => closing.signal.aborted || reportError(error));
  return () => closing.abort();
}

async function run(on, from, closed) {
  let wait = FIRST_WAIT;
  while (!closed.aborted) {
    const { isOpened, isOver, retryAfter } = await once(on, from, closed);
    if (isOver || closed.aborted) return;
    if (isOpened) wait = FIRST_WAIT;
    await pause(Math.max(wait * (0.5 + Math.random()), retryAfter), closed);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

async function once(on, from, closed) {
  const ending = new AbortController();
  const end = () => ending.abort();
  const { signal } = ending;
  closed.addEventListener("abort", end, { signal });
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(end, SILENCE);
  };
  try {
    heard();
    const id = from();
    const headers = asPerson({ Accept: "text/event-stream", ...(id ? { "Last-Event-ID": id } : {}) });
    const answer = await fetch("/flux", { headers, signal, cache: "no-store" });
    if (answer.status === 401 || answer.status === 409) {
      on({ event: "over", another: answer.status === 409 });
      return { isOver: true };
    }
    if (!answer.ok) return { retryAfter: 1000 * (Number(answer.headers.get("Retry-After")) || 0) };
    on({ event: "open" });
    await read(answer.body, heard, on);
    return { isOpened: true, retryAfter: 0 };
  } catch (error) {
    if (!(error instanceof TypeError) && error.name !== "AbortError") throw error;
    return { retryAfter: 0 };
  } finally {
    clearTimeout(timer);
    end();
  }
}

async function read(body, heard, on) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) on(parsed(block));
  }
}

/** One block as our server writes it: each field on one line, ``data`` on at most one. */
function parsed(block) {
  const fields = block.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]);
  const { event = "", data, id = "" } = Object.fromEntries(fields.filter(([name]) => name));
  return { event, data: data === undefined ? undefined : JSON.parse(data), id };
}

function pause(milliseconds, closed) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const go = () => {
      over.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    closed.addEventListener("abort", go, { signal: over.signal });
    // A network that is back is worth a try at once.
    window.addEventListener("online", go, { signal: over.signal });
  });
}
