/** The theme's server: MyST starts it, asks it for every page, and keeps what it answers. */

import { createServer, get } from "node:http";
import { pageOf } from "./page.mjs";

const CONTENT = `http://127.0.0.1:${process.env.CONTENT_CDN_PORT}`;
const HOST = "127.0.0.1";

/** Return what MyST's content server has under an address, or null. */
function fetched(path) {
  return new Promise((resolve, reject) => {
    get(CONTENT + path, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        resolve(answer.statusCode === 200 ? text : null);
      });
    }).on("error", reject);
  });
}

/** Answer one address: a page, its tree as JSON, or nothing. */
async function answered(path) {
  const config = JSON.parse(await fetched("/config.json"));
  const index = config.projects[0].index;
  const slug = decodeURI(path).replace(/^\/|\/$/g, "").replaceAll("/", ".") || index;
  if (slug.endsWith(".json")) {
    return { type: "application/json", text: await fetched(`/content/${slug}`) };
  }
  const tree = await fetched(`/content/${slug}.json`);
  const text = tree && pageOf(config, slug, JSON.parse(tree));
  return { type: "text/html; charset=utf-8", text };
}

/** MyST asks every theme for these too; what stands in `public` it copies itself. */
const EMPTY = ["/robots.txt", "/myst-theme.css", "/sitemap.xml", "/sitemap_style.xsl", "/favicon.ico"];

const server = createServer(async (request, response) => {
  const path = new URL(request.url, CONTENT).pathname;
  if (EMPTY.includes(path)) return response.writeHead(200).end();
  try {
    const { type, text } = await answered(path);
    response.writeHead(text ? 200 : 404, { "content-type": type }).end(text ?? "no such page");
  } catch (error) {
    console.error(`${path}: ${error.stack}`);
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(process.env.PORT), HOST, () => {
  console.log(`started at http://${HOST}:${process.env.PORT}`);
});
