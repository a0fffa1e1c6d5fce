// Read front matter as Hexo does: JSON list of texts on stdin, JSON list of objects on stdout.
const { parse } = require("hexo-front-matter");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const plain = (v) => (v instanceof Date ? v.toISOString() : v);
const read = texts.map((t) => parse(t));
process.stdout.write(JSON.stringify(read.map((o) => Object.fromEntries(
  Object.entries(o).map(([k, v]) => [k, plain(v)])))));
