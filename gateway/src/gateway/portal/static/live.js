// One stream per page: the bell's count, and hints that parts of the page listen for.
export function listen() {
  const stream = new EventSource("/api/v1/notifications/stream");
  stream.addEventListener("notification", (event) => {
    showCount(JSON.parse(event.data).unread_count);
    tell("notification", {});
  });
  stream.addEventListener("notifications.read", (event) => {
    showCount(JSON.parse(event.data).unread_count);
    tell("notifications-read", {});
  });
  // Between the page and its stream something may have happened; after a reset, anything may have.
  stream.addEventListener("open", async () => {
    await loaded();
    document.body.dataset.live = "";
    tell("stream-open", {});
  });
  stream.addEventListener("reset", () => tell("stream-reset", {}));
  stream.addEventListener("incident.changed", (event) => {
    const hint = JSON.parse(event.data);
    tell("incident-changed", hint);
    tell(`incident-${hint.number}-${hint.what}`, hint);
  });
  window.addEventListener("pagehide", () => stream.close());
}

/** Once every part of the page listens. */
function loaded() {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => window.addEventListener("load", resolve, { once: true }));
}

function tell(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}

function showCount(count) {
  const shown = document.getElementById("unread");
  if (shown && count !== undefined) shown.textContent = count ? (count < 100 ? String(count) : "99+") : "";
}
