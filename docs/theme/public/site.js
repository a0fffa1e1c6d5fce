/** Light and dark by hand, and a search through what MyST has indexed. */

const root = document.currentScript.dataset.root;
const page = document.documentElement;
const kept = localStorage.getItem("theme");
if (kept) page.dataset.theme = kept;

document.querySelector("button.theme").addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = page.dataset.theme ?? (dark ? "dark" : "light");
  page.dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("theme", page.dataset.theme);
});

// On a phone the list of pages opens at a touch; elsewhere it stands beside the text.
const narrow = matchMedia("(max-width: 45rem)");
const fold = () => {
  document.querySelector(".pages details").open = !narrow.matches;
};
narrow.addEventListener("change", fold);
fold();

const field = document.querySelector("input[type=search]");
const list = document.querySelector(".found");
let records = null;

field.addEventListener("input", async () => {
  records ??= (await (await fetch(`${root}myst.search.json`)).json()).records;
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  list.replaceChildren(...(words.length ? matches(words).map(row) : []));
  list.hidden = list.children.length === 0;
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") list.hidden = true;
});

/** Return up to 12 records that hold every word, headings first, one a section. */
function matches(words) {
  const found = records.filter((record) => {
    const text = `${Object.values(record.hierarchy).join(" ")} ${record.content ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  found.sort((a, b) => (a.type === "content") - (b.type === "content"));
  const first = new Map();
  for (const record of found) if (!first.has(record.url)) first.set(record.url, record);
  return [...first.values()].slice(0, 12);
}

function row(record) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const [path, section] = record.url.split("#");
  const slug = path.replace(/^\/|\/$/g, "");
  link.href = `${root}${slug ? `${slug}/` : ""}index.html${section ? `#${section}` : ""}`;
  link.textContent = Object.values(record.hierarchy).filter(Boolean).join(" › ");
  const text = document.createElement("small");
  text.textContent = (record.content ?? "").slice(0, 120);
  link.append(text);
  item.append(link);
  return item;
}
