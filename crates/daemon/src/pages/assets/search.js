// Searches while somebody types, and shows more when they come to the end. The server answers with the page that the form
// would lead to; what differs is taken from there. Without this script the form and the link do the same.
const form = document.querySelector("[data-search]");
const pause = 120; // milliseconds after a key: long enough not to ask for each letter
let timer;
let asked;
let hasMore = false;

async function parts(address, signal) {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(response.statusText);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function addressOf(form) {
  const pairs = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(pairs).toString();
  return query === "" ? form.action : `${form.action}?${query}`;
}

async function search(isAsked = true) {
  hasMore = false;
  asked?.abort();
  asked = new AbortController();
  const address = addressOf(form);
  try {
    const page = await parts(address, asked.signal);
    for (const id of ["results", "states"]) {
      const next = page.getElementById(id);
      if (next) document.getElementById(id).replaceChildren(...next.childNodes);
    }
    history.replaceState(null, "", address);
    watch();
  } catch (error) {
    if (isAsked && error.name !== "AbortError") form.submit();
  }
}

async function more(link) {
  observer.disconnect();
  link.setAttribute("aria-busy", "true");
  try {
    const page = await parts(link.href);
    const cards = page.querySelectorAll("#results .cards > li");
    document.querySelector("#results .cards").append(...cards);
    hasMore = true;
    const next = page.querySelector("[data-more]");
    if (next) link.closest("p").replaceWith(next.closest("p"));
    else link.closest("p").remove();
    watch();
  } catch {
    link.removeAttribute("aria-busy"); // it is still a link
  }
}

const observer = new IntersectionObserver(
  (entries) => {
    const seen = entries.find((entry) => entry.isIntersecting);
    if (seen) more(seen.target);
  },
  { rootMargin: "600px" },
);

function watch() {
  observer.disconnect();
  const link = document.querySelector("[data-more]");
  if (link) observer.observe(link);
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => search(), pause);
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  search();
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});
document.addEventListener("changed", () => {
  // A longer list would jump back to its beginning, and one that grows would grow twice.
  if (!hasMore && !document.querySelector("[data-more][aria-busy]")) search(false);
});
form?.classList.add("live");
watch();
