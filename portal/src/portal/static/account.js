// A password may be shown while it is typed: the button stands in a template of the page, in its language.
const template = document.getElementById("reveal");

for (const input of document.querySelectorAll("input[type=password]")) {
  const button = template.content.firstElementChild.cloneNode(true);
  const show = button.textContent;
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : show;
    input.focus();
  });
  const had = document.activeElement === input;
  const both = document.createElement("div");
  both.className = "revealing";
  input.replaceWith(both);
  both.append(input, button);
  if (had) input.focus();
  // Hidden again when it leaves, so that browsers keep it as a password.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}
