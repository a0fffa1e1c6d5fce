// Words: those of a query, those of a finding, how they are counted, and how a pasted list falls apart.

import { h } from "./dom.js";

const HAN = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const CHARACTERS = /[\u3400-\u9fff\uf900-\ufaff]/g;
const WORDS = /[A-Za-z]+(?:['’-][A-Za-z]+)*/g;
const LETTER = /[\p{L}\p{N}]/u;
const LINK = /[-–_.,/^]/;
const TEX = /\\(?:[,;:! ]|(?:text|mathrm|mathbf|textbf|textit)(?=\{))?|[${}~\s]/y;
const BULLET = /^\s*(?:[-*–—+]\s+|[•·▪◦]\s*|[(（]?\d{1,2}[.)、）．](?!\d)\s*|[一二三四五六七八九十]+、\s*)/;

/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Return what finds the words of a query, as prefixes at the beginning of a word; null without. @param {string} query */
export function wordPattern(query) {
  const words = [];
  for (const [, phrase, word] of query.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    words.push(...(plain(phrase ?? word).match(/[\p{L}\p{N}_]+/gu) ?? []));
  }
  if (!words.length) return null;
  const longest = words.sort((a, b) => b.length - a.length).join("|");
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${longest})`, "gu");
}

/** Return where a pattern's words stand in a text, as [start, end]. @param {string} text @param {RegExp | null} pattern @returns {[number, number][]} */
export function wordPlaces(text, pattern) {
  const folded = pattern ? plain(text) : "";
  if (!pattern || folded.length !== text.length) return []; // places would not be the text's own
  return [...folded.matchAll(pattern)].map(({ index, 0: word }) => [index, index + word.length]);
}

/** Return a text as nodes, the words of a query within <mark>. @param {string} text @param {RegExp | null} pattern */
export function withWords(text, pattern) {
  /** @type {(string | Node)[]} */
  const nodes = [];
  let at = 0;
  for (const [start, end] of wordPlaces(text, pattern)) {
    nodes.push(text.slice(at, start), h("mark", {}, text.slice(start, end)));
    at = end;
  }
  return [...nodes, text.slice(at)];
}

/** Count as the check of the limits does: Chinese characters, or words of Latin letters. @param {string} text @param {string} unit */
export function counted(text, unit) {
  return (text.match(unit === "characters" ? CHARACTERS : WORDS) ?? []).length;
}

/** Return a text without spaces, TeX, width and case, and where each letter of it came from. @param {string} text */
function bare(text) {
  let letters = "";
  /** @type {[number, number][]} */
  const from = [];
  for (let at = 0; at < text.length; ) {
    TEX.lastIndex = at;
    const skipped = TEX.exec(text)?.[0].length ?? 0;
    const letter = skipped ? "" : String.fromCodePoint(text.codePointAt(at) ?? 0);
    for (const each of letter.normalize("NFKC").toLowerCase().replace(/\s/g, "").split("")) {
      letters += each;
      from.push([at, at + letter.length]);
    }
    at += skipped || letter.length;
  }
  return { letters, from };
}

/** @param {string | undefined} letter */
const isWord = (letter) => Boolean(letter && LETTER.test(letter) && !HAN.test(letter));

/** Tell how well a piece stands for itself: not within a word, not linked to one, same letters. @param {string} text @param {number} start @param {number} end @param {string} words */
function standing(text, start, end, words) {
  const first = isWord(text[start]);
  const last = isWord(text[end - 1]);
  const within = (first && isWord(text[start - 1])) || (last && isWord(text[end]));
  const before = first && LINK.test(text[start - 1] ?? "") && isWord(text[start - 2]);
  const after = last && LINK.test(text[end] ?? "") && isWord(text[end + 1]);
  return (within ? 0 : 4) + (before || after ? 0 : 2) + (text.slice(start, end) === words ? 1 : 0);
}

/** Return where `words` stand in a text, as [start, end]: best as whole words; null if nowhere. @param {string} text @param {string} words @returns {[number, number] | null} */
export function placed(text, words) {
  const { letters, from } = bare(text);
  const wanted = bare(words ?? "").letters;
  /** @type {[number, number] | null} */
  let best = null;
  let rank = -1;
  for (let at = wanted ? letters.indexOf(wanted) : -1; at >= 0; at = letters.indexOf(wanted, at + 1)) {
    const [start, end] = [from[at][0], from[at + wanted.length - 1][1]];
    const found = standing(text, start, end, words);
    if (found > rank) [best, rank] = [[start, end], found];
  }
  return best;
}

/** Return the text as nodes, the words of findings within <mark>; the worst finding colors. @param {string} text @param {{words: string, severity: string}[]} findings */
export function marked(text, findings) {
  const spans = findings.flatMap(({ words, severity }) => {
    const place = placed(text, words);
    return place ? [{ start: place[0], end: place[1], severity }] : [];
  });
  const cuts = new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])]);
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => {
    const start = places[index];
    const over = spans.filter((span) => span.start <= start && span.end >= end);
    const worst = over.find(({ severity }) => severity === "block") ?? over[0];
    const piece = text.slice(start, end);
    return worst ? h("mark", { class: `rv-${worst.severity}` }, piece) : piece;
  });
}

/** Return the items of a bulleted or numbered list, without their signs; null for other text. @param {string} text */
export function listed(text) {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim());
  if (lines.filter((line) => BULLET.test(line)).length < 2) return null;
  const items = [];
  for (const line of lines) {
    if (BULLET.test(line) || !items.length) items.push(line.replace(BULLET, "").trim());
    else items[items.length - 1] += ` ${line.trim()}`; // a line that was wrapped
  }
  return items.filter(Boolean);
}
