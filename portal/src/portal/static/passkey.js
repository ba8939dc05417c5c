// A form that a passkey answers: the browser asks for it with the options that the page carries, and what it signs is
// sent with the form. `data-passkey` is "create" or "get".
const form = document.querySelector("form[data-passkey]");
const failed = form.querySelector("[data-passkey-failed]");
const kind = form.dataset.passkey;

async function signed() {
  const options = JSON.parse(form.dataset.options);
  const publicKey = kind === "create"
    ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
    : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials[kind]({ publicKey });
  return JSON.stringify(credential.toJSON());
}

form.addEventListener("submit", async (event) => {
  // Another way to answer the same form needs no passkey.
  if (form.elements.credential.value || (event.submitter && !("ceremony" in event.submitter.dataset))) return;
  event.preventDefault();
  failed.hidden = true;
  try {
    form.elements.credential.value = await signed();
    form.submit();
  } catch {
    // Refused by the person, out of time, or unknown to the browser: the page stays, to try again.
    failed.hidden = false;
  }
});

if ("begin" in form.dataset) form.requestSubmit(form.querySelector("[data-ceremony]"));
