// Scripts of others (KaTeX, Vega) that the kernel sends when they are needed, once for all widgets of a page.

/** @type {Record<symbol, Promise<any> | null>} */
const page = /** @type {any} */ (globalThis);

/**
 * Resolve with what a script exports; a failure is no answer for the next one who asks.
 * @param {import("./link.js").Link} link @param {string} name what the kernel is asked for
 * @param {(script: string) => string} module makes a module of the script
 */
export function loadScript(link, name, module) {
  const key = Symbol.for(`paperkit.${name}`);
  page[key] ??= fetchScript(link, name, module).catch((error) => {
    page[key] = null;
    throw error;
  });
  return page[key];
}

/** @param {import("./link.js").Link} link @param {string} name @param {(script: string) => string} module */
async function fetchScript(link, name, module) {
  const [packed] = (await link.ask(name, {}, { deadline: 120000 })).buffers;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = module(await new Response(stream).text());
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}
