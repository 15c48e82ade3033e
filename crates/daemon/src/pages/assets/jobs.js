// Follows jobs: the server sends a job anew, as HTML, whenever it came forward. What has not changed stays, so that neither the
// focus nor a reader of the page is disturbed. When the last job has ended, the page is asked for again: it says what came of it.
const open = new Set();

function replace(section, next) {
  const [before, after] = [section.children, next.children];
  section.className = next.className;
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [old, fresh] = [before[index], after[index]];
    if (old && fresh && old.isEqualNode(fresh)) continue;
    if (old && fresh && old.tagName === fresh.tagName && patch(old, fresh)) continue;
    const focused = old?.contains(document.activeElement);
    if (old && fresh) old.replaceWith(fresh.cloneNode(true));
    else if (fresh) section.append(fresh.cloneNode(true));
    else old.remove();
    if (focused) section.focus();
  }
}

// Bars move in place, and text is told once.
function patch(old, fresh) {
  if (old.matches("details")) fresh.open = old.open;
  const bars = (element) => [...element.querySelectorAll("label")];
  const [from, to] = [bars(old), bars(fresh)];
  if (from.length === 0 || from.length !== to.length) return false;
  from.forEach((label, index) => {
    const bar = label.querySelector("progress");
    const next = to[index].querySelector("progress");
    bar.max = next.max;
    bar.value = next.value;
    label.querySelectorAll("span").forEach((span, at) => {
      const text = to[index].querySelectorAll("span")[at]?.textContent ?? "";
      if (span.textContent !== text) span.textContent = text;
    });
  });
  return true;
}

function follow(section) {
  const source = new EventSource(section.dataset.job);
  open.add(source);
  section.tabIndex = -1;
  source.addEventListener("job", (event) => {
    const page = new DOMParser().parseFromString(event.data, "text/html");
    const next = page.querySelector(".job");
    if (next) replace(section, next);
  });
  source.addEventListener("end", () => {
    source.close();
    open.delete(source);
    if (open.size === 0) location.reload();
  });
}

document.querySelectorAll("[data-job]").forEach(follow);
