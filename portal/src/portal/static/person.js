// Whose page this is, said with everything that its scripts ask. Once another person has logged in in this browser the
// portal refuses (409, X-Another-Person): the page says so, and asks nothing more.
export const person = document.body.dataset.person ?? "";

export function asPerson(headers = {}) {
  return person ? { ...headers, "X-Person": person } : headers;
}

/** Whether the answer says that another person is logged in by now. Shows the notice that leads on. */
export function isOver(answer) {
  const over = answer.headers.get("X-Another-Person") !== null;
  if (over) sayOver();
  return over;
}

export function sayOver(over = true) {
  const notice = document.getElementById("another-person");
  if (notice) notice.hidden = !over;
}

export function prepareRequests() {
  document.addEventListener("htmx:configRequest", ({ detail }) => Object.assign(detail.headers, asPerson()));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.getResponseHeader("X-Another-Person") !== null) sayOver();
  });
}
