// Shows what was changed elsewhere - by the command line, another page, a scan - without anybody asking for the page again. Out of
// sight nothing is listened to; while something on the page has the focus, was typed into or a job is followed, the page stays as it is.
const pause = 1000; // milliseconds between two looks at the least: a scan changes a lot
const main = document.getElementById("main");
let source;
let isStale = false;
let isLooking = false;

function isBusy() {
  const focused = document.activeElement;
  const fields = [...main.querySelectorAll("form:not([data-search]) input")];
  const isTyped = fields.some((field) => field.value !== field.defaultValue);
  return isTyped || main.querySelector("[data-job]") || (focused !== main && main.contains(focused));
}

function swap(old, fresh) {
  if (!old || !fresh || old.isEqualNode(fresh)) return;
  const texts = (selector) => [...old.querySelectorAll(selector)].map((summary) => summary.textContent);
  const all = texts("details > summary");
  // What stands there twice cannot be told apart.
  const opened = texts("details[open] > summary").filter((text) => all.indexOf(text) === all.lastIndexOf(text));
  old.replaceChildren(...fresh.childNodes);
  for (const summary of old.querySelectorAll("details > summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
}

async function look() {
  const response = await fetch(location.href);
  // Of what is gone, a person should still see what it was.
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  swap(document.querySelector("header nav"), page.querySelector("header nav"));
  if (isBusy()) isStale = true;
  // The search takes what differs by itself: more may stand there than the first part of the list.
  else if (document.querySelector("[data-search]")) document.dispatchEvent(new Event("changed"));
  // Jobs are followed from the beginning of a page.
  else if (page.querySelector("main [data-job]")) location.reload();
  else swap(main, page.querySelector("main"));
}

// One look at a time, and another one where something changed meanwhile.
async function changed() {
  isStale = true;
  if (isLooking) return;
  isLooking = true;
  try {
    while (isStale && !isBusy() && !document.hidden) {
      isStale = false;
      await look();
      await new Promise((done) => setTimeout(done, pause));
    }
  } catch {
    isStale = true; // and made up for with the next change
  } finally {
    isLooking = false;
  }
}

function listen() {
  source?.close();
  source = undefined;
  if (document.hidden) return;
  source = new EventSource("/v1/events");
  source.addEventListener("changed", changed);
  source.addEventListener("missed", changed);
  let wasOpen = false;
  source.addEventListener("open", () => {
    // What happened while the service was away is not told again.
    if (wasOpen) changed();
    wasOpen = true;
  });
}

// The page of one extension asks its registry: only a person has it do that.
if (!main.querySelector(".extension")) {
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
}
