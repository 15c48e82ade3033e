// The desktop hands its client to every page; in a browser alone there is none.
const client = window.ddClient;
const answer = document.getElementById("answer");

document.getElementById("ask").addEventListener("click", async () => {
  if (!client) {
    answer.textContent = "This page runs in a browser, which starts no programs.";
    return;
  }
  const program = client.host?.platform === "win32" ? "hello.cmd" : "hello";
  try {
    const result = await client.extension.host.cli.exec(program, []);
    answer.textContent = result.stdout;
  } catch (error) {
    answer.textContent = `The program does not run: ${error.message ?? error.stderr ?? error}`;
  }
});
