// The desktop hands its client to every page; in a browser alone there is none.
const client = window.ddClient;
const answer = document.getElementById("answer");

document.getElementById("ask").addEventListener("click", async () => {
  if (!client) {
    answer.textContent = "This page runs in a browser, where no backend is.";
    return;
  }
  try {
    const reply = await client.extension.vm.service.get("/");
    answer.textContent = reply.message;
  } catch (error) {
    answer.textContent = `The backend does not answer: ${error.message ?? error}`;
  }
});
