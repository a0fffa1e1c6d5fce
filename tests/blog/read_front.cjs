// Read front matter as Hexo does: a JSON text per line on stdin, what it says per line on stdout.
const { parse } = require("hexo-front-matter");
const lines = require("readline").createInterface({ input: process.stdin });
const plain = ([key, value]) => [key, value instanceof Date ? value.toISOString() : value];
lines.on("line", (line) => {
  const read = Object.entries(parse(JSON.parse(line))).map(plain);
  process.stdout.write(JSON.stringify(Object.fromEntries(read)) + "\n");
});
