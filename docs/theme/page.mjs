/** A page around MyST's tree: the list of pages, the text, and the sections of it. */

import { element, escaped } from "./html.mjs";

/** Return a page as HTML; its links are relative, so that the site works under any address. */
export function pageOf(config, slug, { mdast, frontmatter }) {
  const { title: site, pages, index } = config.projects[0];
  const root = slug === index ? "" : "../";
  const title = escaped(frontmatter.title ?? site);
  const named = slug === index ? escaped(site) : `${title} · ${escaped(site)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${named}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}site.css">
<script src="${root}site.js" data-root="${root}" defer></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header>
<a class="site" href="${root}index.html">${escaped(site)}</a>
<input type="search" placeholder="Search" aria-label="Search the pages">
<button type="button" class="theme" aria-label="Switch between light and dark">◐</button>
</header>
<ul class="found" hidden></ul>
<nav class="pages" aria-label="Pages"><details open><summary>Pages</summary>
${listed(pages, slug, root)}
</details></nav>
<main id="text">
<h1>${title}</h1>
${element(mdast, root)}
${neighbors(pages, slug, root)}
</main>
<nav class="sections" aria-label="On this page">${sections(mdast)}</nav>
</body>
</html>
`;
}

function listed(pages, slug, root) {
  const rows = pages.map((page) => {
    if (!page.slug) return `</ul><h2>${escaped(page.title)}</h2><ul>`;
    const here = page.slug === slug ? ' aria-current="page"' : "";
    return `<li><a href="${root}${page.slug}/index.html"${here}>${escaped(page.title)}</a></li>`;
  });
  return `<ul>${rows.join("\n")}</ul>`.replaceAll("<ul></ul>", "");
}

function neighbors(pages, slug, root) {
  const written = pages.filter((page) => page.slug);
  const at = written.findIndex((page) => page.slug === slug);
  const link = (page, kind, mark) =>
    page ? `<a class="${kind}" href="${root}${page.slug}/index.html">${mark(escaped(page.title))}</a>` : "";
  const before = link(written[at - 1], "before", (title) => `← ${title}`);
  const after = link(written[at + 1], "after", (title) => `${title} →`);
  return `<p class="neighbors">${before}${after}</p>`;
}

function sections(tree) {
  const found = [];
  const walk = (node) => {
    if (node.type === "heading" && node.depth <= 3) found.push(node);
    for (const child of node.children ?? []) walk(child);
  };
  walk(tree);
  const rows = found.map((node) => {
    const id = escaped(node.html_id ?? node.identifier ?? "");
    return `<li class="depth-${node.depth}"><a href="#${id}">${escaped(words(node))}</a></li>`;
  });
  return rows.length > 1 ? `<ul>${rows.join("\n")}</ul>` : "";
}

function words(node) {
  return node.value ?? (node.children ?? []).map(words).join("");
}
