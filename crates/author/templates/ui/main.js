// The desktop hands its client to every page; in a browser alone there is none.
const client = window.ddClient;
const answer = document.getElementById("answer");

document.getElementById("ask").addEventListener("click", () => {
  answer.textContent = client ? "This page runs in a desktop." : "This page runs in a browser.";
});
