// Shows what was changed elsewhere - by the command line, another page, a scan - without anybody asking for the page again. Out of
// sight nothing is listened to; while something on the page has the focus or a job is followed, the page stays as it is.
let source;
let isStale = false;

const main = document.getElementById("main");

function isBusy() {
  const focused = document.activeElement;
  return main.querySelector("[data-job]") || (focused !== main && main.contains(focused));
}

function swap(old, fresh) {
  if (!old || !fresh || old.isEqualNode(fresh)) return;
  const summaries = (element, selector) => [...element.querySelectorAll(selector)];
  const opened = summaries(old, "details[open] > summary").map((summary) => summary.textContent);
  old.replaceChildren(...fresh.childNodes);
  for (const summary of summaries(old, "details > summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
}

async function refresh() {
  if (isBusy()) return;
  isStale = false;
  const response = await fetch(location.href);
  // Of what is gone, a person should still see what it was.
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  swap(document.querySelector("header nav"), page.querySelector("header nav"));
  // The search takes what differs by itself: more may stand there than the first part of the list.
  if (document.querySelector("[data-search]")) document.dispatchEvent(new Event("changed"));
  // Jobs are followed from the beginning of a page.
  else if (page.querySelector("main [data-job]")) location.reload();
  else if (isBusy()) isStale = true;
  else swap(main, page.querySelector("main"));
}

function changed() {
  isStale = true;
  // What comes after is said again.
  refresh().catch(() => {});
}

function listen() {
  source?.close();
  source = undefined;
  if (document.hidden) return;
  source = new EventSource("/v1/events");
  source.addEventListener("changed", changed);
  source.addEventListener("missed", changed);
}

document.addEventListener("visibilitychange", () => {
  listen();
  if (!document.hidden) changed();
});
main.addEventListener("focusout", () => {
  // The focus is on its way: where to is known afterwards.
  setTimeout(() => isStale && changed());
});
// A page that is kept for going back holds no connection.
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", listen);
