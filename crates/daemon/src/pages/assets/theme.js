// Switches between light and dark on the spot. Without this script the form does it with a new page.
const form = document.querySelector("[data-theme-form]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { submitter } = event;
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ theme: submitter.value }),
  });
  if (!response.ok) return form.submit();
  document.documentElement.dataset.theme = submitter.value;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === submitter));
  }
});
