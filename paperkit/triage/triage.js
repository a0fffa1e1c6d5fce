// Triage in the browser: draws the window of rows it was sent and says what a person did.
// The kernel filters, sorts and decides. All text from outside becomes a text node, never HTML.

const SVG = "http://www.w3.org/2000/svg";
const PAGE = 60; // rows asked for at once
const NEAR = 30; // rows fetched before they are needed, above and below
const KEPT = 4000; // rows remembered
const HEAD = 28; // px, as in the style sheet
const TALLEST = 8e6; // px; browsers cannot lay out much taller boxes
// ms; Jupyter's server leaves Nagle's algorithm on: an answer waits up to 40 ms until what was sent
// before it is acknowledged. An empty message sent meanwhile carries the acknowledgement.
const NUDGE = 12;
const PATIENT = new Set(["sync", "counts", "remaining", "move"]); // no one waits for these
const REST = 300; // ms; nothing is fetched ahead so soon after a query: the next letter may follow
const DECISIONS = { keep: "s", skip: "d", later: "l" };
const MARKS = { keep: "✓", skip: "✕", later: "◷" };
const LAYOUT = { density: "normal", facets: false, pane: true, columns: null, widths: {} };
const HEIGHTS = { compact: 26, normal: 34, roomy: 52 };

// key, heading, width in px (0: takes what is left), field to sort by, first direction, importance
const COLUMNS = [
  ["decision", "Decision", 30, "decision", "", 9],
  ["score", "Score", 60, "score", "-", 7],
  ["title", "Title", 0, "title", "", 10],
  ["authors", "Authors", 150, "authors", "", 6],
  ["published", "Date", 84, "published", "-", 8],
  ["version", "Version", 64, "version", "-", 3],
  ["categories", "Categories", 96, "category", "", 4],
  ["topics", "Topics", 110, null, "", 4],
  ["tags", "Tags", 100, null, "", 5],
  ["note", "Note", 110, null, "", 2],
  ["has", "Has", 92, null, "", 1],
].map(([key, label, width, sort, turn, rank]) => ({ key, label, width, sort, turn, rank }));

const FACETS = [
  ["decisions", "Decision"],
  ["topics", "Topic"],
  ["months", "Date"],
  ["tags", "Tag"],
  ["categories", "Category"],
  ["venues", "Venue"],
  ["has", "Has"],
];
const HAS = {
  pdf: "PDF",
  reading: "reading",
  digest: "summary",
  approved: "approved",
  code: "code link",
  update: "new version",
  published: "in a post",
  "-published": "not in a post yet",
};

const HELP = [
  ["j k ↓ ↑", "move; with Shift: select on the way"],
  ["PgDn PgUp Home End", "move far"],
  ["Enter o", "open or close the reading pane"],
  ["s d l", "keep, skip, later: the selection, else this paper"],
  ["c", "clear the decision"],
  ["u", "undo, any number of times"],
  ["x", "select; Shift+click selects a range"],
  ["a", "select all that are listed; Esc selects none"],
  ["t n", "tag; note"],
  ["/", "search; “-marks keep a phrase together"],
  ["f", "filters"],
  ["r z", "list anew; row height"],
  ["?", "this help"],
];

// --- DOM ---------------------------------------------------------------------------------

const element = (tag, props = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "style") node.style.cssText = value;
    else if (name in node && !name.startsWith("aria")) node[name] = value;
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
};
const button = (label, onclick, props = {}) =>
  element("button", { type: "button", class: "pk-button", onclick, ...props }, label);
const empty = (node) => {
  node.textContent = "";
  return node;
};
// Let a node hold these children or this text; nothing happens where it does.
const put = (node, children) => {
  const same = children.length === node.childNodes.length && children.every((c, i) => c === node.childNodes[i]);
  if (!same) node.replaceChildren(...children);
};
const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// Only http(s) becomes a link, and it opens apart from the notebook.
const link = (url, label) => {
  let safe = null;
  try {
    safe = new URL(url);
  } catch {
    return element("span", {}, label);
  }
  if (!["http:", "https:"].includes(safe.protocol)) return element("span", {}, label);
  const props = { href: safe.href, target: "_blank", rel: "noopener noreferrer" };
  return element("a", props, label);
};

// --- Formulas ------------------------------------------------------------------------------

let katex = null; // one for the page; loading it is started by the first formula seen
const formulas = new Map();
const waiting = new Set();

const formula = (match) => {
  const [key] = match;
  if (!formulas.has(key)) {
    if (formulas.size > 3000) formulas.clear();
    formulas.set(key, formulaNode(match, katex));
  }
  return formulas.get(key).cloneNode(true);
};

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// The words of a query, as prefixes at the beginning of a word.
const wordPattern = (query) => {
  const words = [];
  for (const [, phrase, word] of query.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    words.push(...(plain(phrase ?? word).match(/[\p{L}\p{N}_]+/gu) ?? []));
  }
  if (!words.length) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words.sort((a, b) => b.length - a.length).join("|")})`, "gu");
};

const addWords = (node, text, pattern) => {
  const folded = pattern ? plain(text) : "";
  if (!pattern || folded.length !== text.length) return void node.append(text);
  let at = 0;
  for (const match of folded.matchAll(pattern)) {
    node.append(text.slice(at, match.index));
    at = match.index + match[0].length;
    node.append(element("mark", {}, text.slice(match.index, at)));
  }
  node.append(text.slice(at));
};

// Put text into a node: query words marked, formulas set once KaTeX is here.
const say = (node, text, pattern, needKatex) => {
  empty(node);
  let at = 0;
  let math = false;
  for (const match of text.matchAll(FORMULA)) {
    math = true;
    addWords(node, text.slice(at, match.index), pattern);
    node.append(katex ? formula(match) : match[0]);
    at = match.index + match[0].length;
  }
  addWords(node, text.slice(at), pattern);
  if (math && !katex) needKatex();
  return node;
};

// --- Saving ------------------------------------------------------------------------------

// What a person decides, saved one after the other. What the library cannot take now (it is
// locked, its folder is gone, the disk is full) waits and is tried again: nothing is lost in silence.
class Writes {
  constructor(ask, refused) {
    this.ask = ask;
    this.refused = refused; // hears of each try that failed, and whether there is another
    this.waiting = [];
    this.failing = false;
  }

  // Resolve with the kernel's answer once it is saved; with null when it never will be.
  add(what, content, about = {}) {
    return new Promise((done) => {
      this.waiting.push({ what, content, done, tries: 0, ...about });
      if (this.waiting.length === 1) this.run();
    });
  }

  async run() {
    while (this.waiting.length && !this.closed) {
      const [write] = this.waiting;
      try {
        if (write.tries && write.stale?.()) throw new Error("the selection was changed meanwhile; say it again.");
        this.end(write, await this.ask(write.what, write.content));
      } catch (error) {
        await this.failed(write, error);
      }
    }
  }

  end(write, answer) {
    this.failing = false;
    this.waiting.splice(this.waiting.indexOf(write), 1);
    write.done(answer);
  }

  async failed(write, error) {
    const again = Boolean(error.again);
    if (!again) this.end(write, null);
    this.failing = again;
    this.refused(error, write, again);
    write.tries += 1;
    if (again) await new Promise((wake) => {
      this.wake = wake;
      this.timer = setTimeout(wake, Math.min(15000, 1000 * 2 ** write.tries));
    });
  }

  // Give up what waits and was asked for last; undefined where all is saved or under way.
  takeBack() {
    if (!this.failing) return undefined;
    const write = this.waiting.pop();
    write.done(null);
    if (!this.waiting.length) this.failing = false;
    this.wake();
    return write;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

// --- One view --------------------------------------------------------------------------------

let serial = 0;

class View {
  constructor(model, el) {
    this.model = model;
    this.name = `pk${++serial}-${Math.random().toString(36).slice(2, 8)}`;
    this.asks = new Map();
    this.asked = 0;
    this.writes = new Writes((what, content) => this.ask(what, content), (...told) => this.refused(...told));
    this.choice = 0; // grows with each change of the selection
    Object.assign(this, { speed: 0, latency: 30, scrolled: 0, at: 0 }); // rows per ms, ms
    this.answers = 0;
    const start = model.get("start");
    this.layout = { ...LAYOUT, ...model.get("layout_state") };
    this.query = start.query ?? {};
    this.generation = start.generation;
    this.total = start.total ?? 0;
    this.rows = new Map();
    this.places = new Map();
    this.selected = 0;
    this.cursor = 0;
    this.facets = null;
    this.saved = [];
    this.hasModel = Boolean(start.model);
    this.modelName = start.model;
    this.pattern = wordPattern(this.query.text ?? "");
    this.pool = [];
    this.tall = 0; // px of the grid
    this.top = 0; // px the list is scrolled; reading it from the page would lay the page out
    this.seen = 0; // px above the rows that are drawn, in a list of full height
    this.build(el);
    this.keepRows(0, start.rows ?? []);
    this.draw();
    this.onMessage = (content, buffers) => this.hear(content, buffers);
    model.on("msg:custom", this.onMessage);
    this.onLayout = () => {
      this.layout = { ...LAYOUT, ...model.get("layout_state") };
      this.arrange();
    };
    model.on("change:layout_state", this.onLayout);
    this.sizes = new ResizeObserver(() => this.fit());
    for (const node of [this.grid, this.root]) this.sizes.observe(node);
    // After the first paint: facets, the place last visited, the papers' order.
    requestAnimationFrame(() => setTimeout(() => this.hello(), 0));
    this.clock = setInterval(() => this.sync(), 2000);
    window.addEventListener("keydown", this.guard, true);
  }

  // Notebook 7 looks for shortcuts before a key reaches the table (JupyterLab after it): plain
  // keys typed here are kept from it, combinations are left to it.
  guard = (event) => {
    const { target } = event; // the element with the focus itself is what shortcuts look at
    if (!this.root.contains(target) || target.closest("input, textarea, select")) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey || event.altKey));
  };

  close() {
    clearInterval(this.clock);
    this.writes.close();
    window.removeEventListener("keydown", this.guard, true);
    for (const timer of [this.counting, this.estimating, this.opening, this.waking]) clearTimeout(timer);
    this.sizes.disconnect();
    this.model.off("msg:custom", this.onMessage);
    this.model.off("change:layout_state", this.onLayout);
    waiting.delete(this.again);
  }

  // --- talking to the kernel

  ask(what, content = {}, patient = PATIENT.has(what)) {
    const number = ++this.asked;
    return new Promise((done, failed) => {
      this.asks.set(number, { done, failed });
      this.model.send({ do: what, ask: number, view: this.name, ...content });
      if (!patient) setTimeout(() => this.asks.has(number) && this.model.send({}), NUDGE);
    });
  }

  async try(what, content, patient) {
    try {
      return await this.ask(what, content, patient);
    } catch (error) {
      this.tell(error.message, true);
      return null;
    }
  }

  // A message tells every view what happened, answers the one that asked, or both.
  hear({ event, answer, ...content }, buffers) {
    if (event) this[`on_${event}`]?.(content);
    if (answer?.view !== this.name) return;
    const waiter = this.asks.get(answer.reply);
    this.asks.delete(answer.reply);
    this.root.dataset.answers = ++this.answers;
    if (answer.error) waiter?.failed(Object.assign(new Error(answer.error), { again: answer.again }));
    else waiter?.done({ ...answer, buffers });
  }

  async hello() {
    const answer = await this.try("hello");
    if (!answer) return;
    if (answer.generation !== this.generation) this.renew(answer);
    this.keepRows(0, answer.rows ?? []);
    this.total = answer.total;
    this.saved = answer.saved;
    this.on_counts(answer);
    if (answer.index !== null && answer.index !== undefined) this.move(answer.index, { center: true, went: false });
    this.draw();
    if (this.layout.pane) this.openSoon(false);
    this.root.dataset.ready = "true";
  }

  // Decisions made by another kernel are looked for while the table is in sight.
  sync() {
    if (document.visibilityState !== "visible" || !this.root.offsetParent || this.syncing) return;
    this.syncing = true;
    this.ask("sync").catch(() => null).finally(() => { this.syncing = false; });
    setTimeout(() => { this.syncing = false; }, 20000);
  }

  renew({ generation, query, total, rows }) {
    this.generation = generation;
    this.query = query;
    this.total = total;
    this.rows.clear();
    this.places.clear();
    this.pattern = wordPattern(query.text ?? "");
    this.answered = query.text ?? "";
    this.asleep = performance.now() + REST;
    if (rows) this.keepRows(0, rows);
  }

  on_query(content) {
    const here = this.rows.get(this.cursor)?.id;
    this.renew(content);
    if (document.activeElement !== this.search) this.search.value = content.query.text ?? "";
    if (this.top) this.scrollTo(0);
    this.on_counts(content);
    const found = [...this.rows].find(([, row]) => row.id === here);
    this.cursor = found ? found[0] : 0;
    this.paint(); // in the task of the message: the next frame shows the rows
    this.heads();
    this.openSoon(false);
  }

  on_counts({ facets, matching, selected }) {
    this.facets = facets; // told only while someone looks at them
    this.matching = matching;
    this.selected = selected;
    this.drawFacets();
    this.status();
    if (this.layout.facets && !facets) this.recount();
    clearTimeout(this.estimating);
    this.estimating = setTimeout(() => this.try("remaining"), 1000); // no one counts while deciding
  }

  // How much is probably still to be found; said quietly, and only when there is an answer.
  on_remaining({ found }) {
    this.unseen.hidden = !found;
    if (!found) return;
    const { low, high, open, read, kept } = found;
    const number = (n) => n.toLocaleString("en");
    const range = low === high ? number(low) : `${number(low)} to ${number(high)}`;
    this.unseen.textContent = `about ${range} relevant papers unseen of ${number(open)}`;
    this.unseen.title = `${this.unseen.textContent}: an estimate from ${number(kept)} kept of ${number(read)} read in this`
      + " query, nine times in ten right when the papers are read from the best score down. Without a decision counts as unseen.";
  }

  on_rows({ rows, all }) {
    for (const row of rows) {
      const place = this.places.get(row.id);
      if (place !== undefined) this.rows.set(place, row);
    }
    if (!all) this.expire();
    this.paint(); // in the task of the message: the next frame shows the decision
    const isHere = this.rows.get(this.cursor)?.id === this.shownId; // else another is on its way
    if (isHere && (!all || rows.some((row) => row.id === this.shownId))) this.openNow(this.shownId);
    this.countSoon();
  }

  // Counts follow when the hand rests: a row of decisions does not wait for them.
  countSoon() {
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.recount(), 150);
  }

  async recount() {
    const answer = await this.try("counts", { facets: Boolean(this.layout.facets) });
    if (answer) this.on_counts(answer);
  }

  on_trouble({ text }) {
    if (!this.writes.failing) this.tell(text, true);
  }

  // A write failed: say so, and at the first time go back to the paper it concerns.
  refused(error, { place, tries }, again) {
    this.tell(`Not saved: ${error.message}${again ? " Trying again." : ""}`, true);
    if (!tries && place !== undefined) this.move(place, { went: false });
  }

  // Save what a person says of some papers (null: of the selection as it is now).
  save(what, content, about = {}) {
    const { choice } = this;
    if (content.ids !== null) return this.writes.add(what, content, about);
    return this.writes.add(what, content, { ...about, stale: () => choice !== this.choice });
  }

  on_selected({ selected, nums }) {
    this.selected = selected;
    const chosen = nums && new Set(nums);
    if (!chosen) this.expire();
    else for (const row of this.rows.values()) row.selected = chosen.has(row.num);
    this.draw();
  }

  on_show({ id, index }) {
    if (index !== null) this.move(index, { center: true, went: false });
    clearTimeout(this.opening); // this paper, not the one that was about to open
    this.openNow(id);
  }

  on_saved({ saved }) {
    this.saved = saved;
    this.drawSaved();
  }

  on_stale() {
    this.expire();
    this.draw();
    this.countSoon();
  }

  on_progress({ running, done, total, text, error }) {
    this.progress.hidden = !running;
    this.meter.max = Math.max(total, 1);
    this.meter.value = done;
    this.meterText.textContent = `${done} of ${total}`;
    if (text) this.tell(text, Boolean(error));
  }

  // --- rows

  keepRows(start, rows) {
    if (!this.scored && rows.some((row) => row.score !== undefined)) {
      this.scored = true; // there is a ranking: its column is shown
      this.arrange();
    }
    rows.forEach((row, i) => {
      this.rows.set(start + i, row);
      this.places.set(row.id, start + i);
    });
    const here = this.seen / this.height;
    for (const [place, row] of this.rows) {
      if (this.rows.size <= KEPT) break;
      if (Math.abs(place - here) < PAGE) continue;
      this.rows.delete(place);
      this.places.delete(row.id);
    }
  }

  // What is known may be out of date: it stays on the screen until it is here anew.
  expire() {
    for (const row of this.rows.values()) row.old = true;
  }

  fresh(place) {
    const row = this.rows.get(place);
    return row !== undefined && !row.old;
  }

  // One request is under way at a time; the newest wish follows it.
  want(start, end) {
    this.wish = [Math.max(0, start), Math.min(this.total, end)];
    if (!this.fetching) this.fetch();
  }

  // A fast hand is met where it will be when the answer comes, not followed.
  ahead(wish) {
    const since = performance.now() - this.scrolled;
    const lead = Math.round((since < 80 ? this.speed : 0) * (this.latency + since));
    if (Math.abs(lead) < PAGE) return wish;
    // The faster, the shorter rows are in sight: no more is asked for than a screen shows.
    const count = Math.abs(lead) < 4 * PAGE ? PAGE : this.shown + 4;
    const begin = Math.max(0, Math.min(this.total - count, Math.round(this.at) + lead));
    return [begin, Math.min(this.total, begin + count)];
  }

  // What of some rows is not known yet; null: nothing.
  lacking([start, end]) {
    let [first, last] = [start, end];
    while (first < last && this.fresh(first)) first += 1;
    while (first < last && this.fresh(last - 1)) last -= 1;
    return first < last ? [first, last] : null;
  }

  async fetch() {
    this.fetching = true;
    while (this.wish) {
      const wish = this.wish;
      this.wish = null;
      const lead = this.ahead(wish);
      const [start, end] = this.lacking(lead) ?? this.lacking(wish) ?? [0, 0];
      if (start === end) continue;
      const { generation } = this;
      const asked = performance.now();
      const answer = await this.try("rows", { start, count: end - start }, lead !== wish);
      if (!answer) break;
      this.latency = 0.7 * this.latency + 0.3 * (performance.now() - asked);
      if (answer.generation === this.generation && generation === this.generation) {
        this.keepRows(answer.start, answer.rows);
        this.arrived = [answer.start, answer.start + answer.rows.length];
        this.draw();
      }
    }
    this.fetching = false;
  }

  onScroll() {
    const now = performance.now();
    this.top = this.grid.scrollTop;
    const at = (this.top * this.scale) / this.height;
    const passed = now - this.scrolled;
    this.speed = passed > 80 ? 0 : 0.5 * this.speed + (0.5 * (at - this.at)) / Math.max(1, passed);
    this.scrolled = now;
    this.at = at;
    this.draw();
  }

  get height() {
    return HEIGHTS[this.layout.density] ?? HEIGHTS.normal;
  }

  // Above TALLEST px the scroll bar is a map, not a measure.
  get scale() {
    const all = this.total * this.height;
    const { view } = this;
    return all <= TALLEST ? 1 : (all - view) / (TALLEST - view);
  }

  get view() {
    return Math.max(0, this.tall - HEAD);
  }

  get shown() {
    return Math.max(1, Math.floor(this.view / this.height));
  }

  draw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = null;
      this.paint();
    });
  }

  // Rows are seldom known where a fast hand is. Instead of nothing the rows last known stay in
  // sight, and each answer shows those it brought: what is seen is behind the hand, never blank.
  held(offset) {
    const first = Math.floor(offset / this.height);
    const last = Math.min(this.total, Math.ceil((offset + this.view) / this.height));
    let known = 0;
    for (let i = first; i < last; i += 1) known += this.rows.has(i);
    if (2 * known >= last - first) return offset;
    const [from, to] = this.arrived ?? [0, 0];
    this.arrived = null;
    if (to > from) return Math.max(from * this.height, Math.min(offset, to * this.height - this.view));
    return this.rows.has(Math.ceil(this.seen / this.height)) ? this.seen : offset;
  }

  paint() {
    const { height, view } = this;
    if (!view) return; // not laid out (a hidden tab, a cell out of sight): painted when it is
    const { top } = this;
    const offset = top * this.scale; // of the first visible pixel in a list of full height
    this.seen = this.held(offset);
    const first = Math.max(0, Math.floor(this.seen / height) - 2);
    const last = Math.min(this.total, Math.ceil((this.seen + view) / height) + 2);
    this.spacer.style.height = `${Math.min(this.total * height, TALLEST)}px`;
    // What is behind stays where it is while the list runs on under it, drawn once; what is not
    // moves with the list, also where the browser scrolls before this page hears of it.
    const behind = this.seen !== offset;
    this.body.classList.toggle("pk-behind", behind);
    this.body.style.transform = `translateY(${(behind ? 0 : top) + first * height - this.seen}px)`;
    while (this.pool.length < last - first) this.pool.push(this.makeRow());
    this.pool.forEach((line, i) => {
      const index = first + i;
      line.node.hidden = index >= last;
      if (index >= last) line.node.classList.remove("pk-active");
      else this.fill(line, index, i * height);
    });
    this.wantAround(offset);
    this.grid.setAttribute("aria-rowcount", this.total + 1);
    const here = this.pool.find((line) => !line.node.hidden && line.index === this.cursor);
    if (here) this.grid.setAttribute("aria-activedescendant", here.node.id);
    else this.grid.removeAttribute("aria-activedescendant");
    this.nothing.hidden = this.total > 0;
    this.status();
    this.root.dataset.shown = this.answered ?? ""; // the words the rows on the screen answer
  }

  // Ask for what is missing in sight; when nothing is, for what a small step would show.
  wantAround(offset) {
    const first = Math.max(0, Math.floor(offset / this.height));
    const last = Math.min(this.total, Math.ceil((offset + this.view) / this.height));
    let missing = false;
    for (let i = first; i < last; i += 1) missing ||= !this.fresh(i);
    if (missing) return void this.want(first - 2, last + NEAR);
    const near = [first - NEAR, last + NEAR - 1].filter((i) => i >= 0 && i < this.total);
    if (!this.root.dataset.ready || near.every((i) => this.fresh(i))) return;
    const rest = this.asleep - performance.now();
    if (!(rest > 0)) return void this.want(first - PAGE, last + PAGE);
    clearTimeout(this.waking);
    this.waking = setTimeout(() => this.draw(), rest);
  }

  makeRow() {
    const node = element("div", { class: "pk-row", role: "row", id: `${this.name}-${this.pool.length}` });
    node.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    const line = { node, cells: [], index: -1 };
    node.addEventListener("click", (event) => this.clickRow(event, line.index));
    node.addEventListener("dblclick", () => this.togglePane(true));
    this.body.append(node);
    return line;
  }

  fill(line, index, y) {
    const row = this.rows.get(index);
    const { node } = line;
    if (line.y !== y) node.style.transform = `translateY(${y}px)`;
    line.y = y;
    node.classList.toggle("pk-active", index === this.cursor);
    const key = `${this.columnKey}|${this.answered}|${Boolean(katex)}`;
    const chosen = Boolean(row?.selected);
    if (line.row === row && line.index === index && line.key === key && line.chosen === chosen && row) return;
    if (line.columns !== this.columnKey) this.makeCells(line);
    Object.assign(line, { row, key, index, chosen });
    node.setAttribute("aria-rowindex", index + 2);
    node.setAttribute("aria-selected", String(chosen));
    node.dataset.decision = row?.decision ?? "";
    node.classList.toggle("pk-blank", !row);
    this.columns.forEach((column, place) => this.fillCell(line.cells[place], column.key, row));
  }

  makeCells(line) {
    line.columns = this.columnKey;
    line.cells = this.columns.map((column, place) => element("div", { class: `pk-cell pk-${column.key}`,
      role: "gridcell", "aria-colindex": place + 1 }));
    line.node.replaceChildren(...line.cells);
  }

  // A cell is made once and says other things later; what it says already is not said again.
  fillCell(cell, key, row) {
    if (!row) {
      this.once(cell, "", () => "");
    } else if (key === "title") {
      this.fillTitle(cell, row);
    } else if (key === "decision") {
      this.once(cell, row.decision ?? "", (word) => word && [
        element("span", { class: "pk-mark", "aria-hidden": "true" }, MARKS[word]),
        element("span", { class: "pk-unseen" }, word)]);
    } else if (key === "score") {
      this.once(cell, row.score?.toFixed(2) ?? "", (text) => text && element("span",
        { class: "pk-bar", style: `--score:${Math.max(0, Math.min(1, row.score))}` }, text));
    } else if (["categories", "topics", "tags"].includes(key)) {
      this.once(cell, (row[key] ?? []).join(", "), () =>
        (row[key] ?? []).map((name) => element("span", { class: "pk-chip" }, name)));
    } else {
      this.once(cell, this.plainCell(key, row), (text) => text);
      if (key === "version") cell.classList.toggle("pk-new", Boolean(row.status));
    }
  }

  once(cell, text, content) {
    if (cell.said === text) return;
    cell.said = text;
    cell.title = text;
    cell.replaceChildren(...[content(text)].flat());
  }

  plainCell(key, row) {
    if (key === "authors") {
      const first = (row.authors ?? []).slice(0, 2);
      const more = row.author_count - first.length;
      return first.join(", ") + (more > 0 ? ` +${more}` : "");
    }
    if (key === "version") return row.status || `v${row.version}`;
    if (key === "has") return (row.has ?? []).map((name) => HAS[name] ?? name).join(", ");
    return row[key] ?? "";
  }

  fillTitle(cell, row) {
    const text = say(element("span", {}), row.title, this.pattern, () => this.needKatex());
    const check = row.selected && element("span", { class: "pk-check", "aria-hidden": "true" }, "●");
    cell.title = row.title;
    cell.replaceChildren(...(check ? [check, text] : [text]));
  }

  needKatex() {
    this.again ??= () => {
      this.draw();
      if (this.opened) this.drawPane(this.opened);
    };
    waiting.add(this.again);
    if (this.setting) return;
    this.setting = true;
    setTimeout(() => this.loadKatex(), 50);
  }

  // After the rows are on the screen and when the hand rests: it takes as long as two frames.
  async loadKatex() {
    const rest = Math.max(this.asleep ?? 0, this.scrolled + REST) - performance.now();
    if (rest > 0) return void setTimeout(() => this.loadKatex(), rest);
    try {
      katex = await katexOf(async () => (await this.ask("math")).buffers[0]);
    } catch (error) {
      this.setting = false;
      return void this.tell(error.message, true);
    }
    for (const again of [...waiting]) again();
    waiting.clear();
  }

  // --- moving, selecting, deciding

  move(index, { center = false, extend = false, went = true } = {}) {
    const next = Math.max(0, Math.min(this.total - 1, index));
    if (extend) this.selectRange(this.anchor ?? this.cursor, next);
    else this.anchor = next;
    this.cursor = next;
    this.reveal(center);
    this.draw();
    this.openSoon(went);
  }

  reveal(center) {
    const { view } = this;
    const scale = this.scale;
    const top = this.top * scale;
    const at = this.cursor * this.height;
    if (at >= top && at + this.height <= top + view) return;
    const wanted = center ? at - view / 2 : at < top ? at : at + this.height - view;
    this.scrollTo(wanted / scale);
  }

  // The browser may stop short of it, and then says so in a scroll event.
  scrollTo(top) {
    this.top = Math.max(0, top);
    this.grid.scrollTop = this.top;
  }

  async selectRange(from, to) {
    const [start, end] = from < to ? [from, to] : [to, from];
    for (let i = start; i <= Math.min(end, start + KEPT); i += 1) {
      const row = this.rows.get(i);
      if (row) this.rows.set(i, { ...row, selected: true });
    }
    this.draw();
    await this.select({ start, end, mode: "add" });
  }

  // Rows asked for before a selection may arrive after it was drawn: the answer has the last word,
  // the answer to the last one where several are under way.
  async select(content) {
    this.choice += 1;
    this.selecting = (this.selecting ?? 0) + 1;
    const answer = await this.try("select", content);
    this.selecting -= 1;
    if (!this.selecting) this.on_selected(answer ?? { selected: this.selected });
  }

  // A key concerns the row it was pressed on, also when that is still on its way.
  async rowAt(place) {
    const answer = await this.try("rows", { start: place, count: 1 });
    if (answer?.generation === this.generation) this.keepRows(answer.start, answer.rows);
    return this.rows.get(place);
  }

  async toggle(index) {
    const row = this.rows.get(index) ?? (await this.rowAt(index));
    if (!row) return;
    const mode = row.selected ? "remove" : "add";
    this.rows.set(index, { ...row, selected: !row.selected });
    this.anchor = index;
    this.draw();
    await this.select({ nums: [row.num], mode });
  }

  async selectAll() {
    await this.select({ start: 0, end: this.total, mode: "set" });
    this.tell(`${this.selected.toLocaleString("en")} selected`);
  }

  async selectNone() {
    await this.select({ nums: [], mode: "set" });
  }

  clickRow(event, index) {
    this.grid.focus({ preventScroll: true });
    if (event.shiftKey) {
      this.selectRange(this.anchor ?? this.cursor, index);
      this.cursor = index;
      this.draw();
    } else if (event.ctrlKey || event.metaKey || event.target.closest(".pk-decision")) {
      this.cursor = index;
      this.toggle(index);
    } else {
      this.move(index);
    }
    this.openSoon();
  }

  // The row changes color when the kernel has answered: then the decision is on the disk.
  async decide(decision) {
    const place = this.cursor;
    const many = this.selected > 0;
    const row = this.rows.get(place) ?? (many ? null : await this.rowAt(place));
    if (!many && !row) return;
    const word = decision ?? "undecided";
    const name = many ? `${this.plural(this.before)}: ${word}` : `${word}: ${row.title}`;
    const about = { name, place: many ? undefined : place };
    const going = this.save("decide", { decision, ids: many ? null : [row.id] }, about);
    if (!many && this.cursor === place) this.move(place + 1);
    const answer = await going;
    if (!answer) return;
    this.tell(name);
    if (many) this.on_selected({ selected: 0, nums: [] });
  }

  plural(count) {
    return count === undefined ? "selection" : `${count.toLocaleString("en")} papers`;
  }

  async undo() {
    const waiting = this.writes.takeBack();
    if (waiting) return void this.tell(`taken back before it was saved: ${waiting.name}`);
    const answer = await this.save("undo", {}, { name: "undo" });
    if (!answer) return;
    const count = answer.ids.length;
    this.tell(count ? `undone: ${count === 1 ? answer.ids[0] : `${count} papers`}` : "nothing to undo");
    const place = this.places.get(answer.ids[0]);
    if (place !== undefined) this.move(place);
  }

  // --- asking for a text: tags, a note, the name of a query

  prompt(label, value, options, done) {
    const list = element("datalist", { id: `${this.name}-options` });
    Promise.resolve(options).then((all) => list.append(...all.map((o) => element("option", { value: o }))));
    const input = element("input", { type: "text", value, "aria-label": label, class: "pk-input",
      "data-lm-suppress-shortcuts": "true" });
    input.setAttribute("list", list.id);
    const finish = (text) => {
      this.asking.hidden = true;
      empty(this.asking);
      this.grid.focus({ preventScroll: true });
      if (text !== null) done(text);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) finish(input.value);
      else if (event.key === "Escape") finish(null);
      else return;
      event.preventDefault();
    });
    const caption = element("span", { class: "pk-caption" }, label);
    empty(this.asking).append(caption, input, list, button("OK", () => finish(input.value)),
      button("Cancel", () => finish(null)));
    this.asking.hidden = false;
    input.focus();
    input.select();
  }

  tag() {
    const place = this.cursor;
    const row = this.rows.get(place);
    const ids = this.selected ? null : row && [row.id];
    if (ids === undefined) return;
    const known = this.try("counts", { facets: true }).then((answer) => (answer?.facets.tags ?? []).map(([name]) => name));
    const who = this.selected ? this.plural(this.selected) : "this paper";
    this.prompt(`Tags for ${who} (commas between, -tag removes)`, "", known, async (text) => {
      const words = text.split(/[,，;]/).map((w) => w.trim()).filter(Boolean);
      const add = words.filter((w) => !w.startsWith("-"));
      const remove = words.filter((w) => w.startsWith("-")).map((w) => w.slice(1).trim());
      const about = { name: `tags: ${words.join(", ")}`, place: ids ? place : undefined };
      if (words.length && await this.save("tag", { add, remove, ids }, about)) this.tell(`tagged: ${words.join(", ")}`);
    });
  }

  note() {
    const place = this.cursor;
    const row = this.rows.get(place);
    if (!row) return;
    this.prompt("Note", row.note ?? "", [], async (text) => {
      if (await this.save("note", { text, id: row.id }, { name: "note", place })) this.tell("note saved");
    });
  }

  // --- the query

  // While an answer is awaited, only the newest wish is kept: typing never queues up.
  async wanted(change) {
    this.next = { ...(this.next ?? this.query), ...change };
    for (const [name, value] of Object.entries(this.next)) {
      if (value === null || value === "" || (Array.isArray(value) && !value.length)) delete this.next[name];
    }
    this.query = this.next;
    if (this.querying) return;
    this.querying = true;
    while (this.next) {
      const query = this.next;
      this.next = null;
      await this.try("query", { query });
    }
    this.querying = false;
  }

  choose(field, value, on) {
    const before = this.query[field] ?? [];
    this.wanted({ [field]: on ? [...before, value] : before.filter((v) => v !== value) });
  }

  sortBy(column, add) {
    if (!column.sort) return;
    const now = this.query.sort ?? [];
    const has = now.find((s) => s.replace(/^-/, "") === column.sort);
    const turned = has === undefined ? column.turn + column.sort
      : has.startsWith("-") ? column.sort : `-${column.sort}`;
    const rest = now.filter((s) => s !== has);
    this.wanted({ sort: add ? (has === undefined ? [...now, turned] : now.map((s) => (s === has ? turned : s))) : [turned] });
    this.sorted = rest;
  }

  // --- keys

  key(event) {
    const typing = event.target.closest("input, textarea, select");
    // What is typed here is ours; combinations stay with the browser and JupyterLab.
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return void this.escape(event);
    if (event.target.closest("button, a, summary, [role=separator]") && ["Enter", " "].includes(event.key)) return;
    const action = this.actions[event.key] ?? this.actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action(event);
  }

  escape(event) {
    event.preventDefault();
    if (!this.helpBox.hidden) this.toggleHelp(false);
    else if (!this.menu.hidden) this.menu.hidden = true;
    else if (this.selected) this.selectNone();
    this.grid.focus({ preventScroll: true });
  }

  get actions() {
    const step = (by) => (event) => this.move(this.cursor + by, { extend: event.shiftKey });
    this.keys ??= {
      j: step(1), ArrowDown: step(1), k: step(-1), ArrowUp: step(-1),
      PageDown: (e) => this.move(this.cursor + this.shown, { extend: e.shiftKey }),
      PageUp: (e) => this.move(this.cursor - this.shown, { extend: e.shiftKey }),
      Home: (e) => this.move(0, { extend: e.shiftKey }),
      End: (e) => this.move(this.total - 1, { extend: e.shiftKey }),
      x: () => this.toggle(this.cursor), " ": () => this.toggle(this.cursor),
      s: () => this.decide("keep"), d: () => this.decide("skip"), l: () => this.decide("later"),
      c: () => this.decide(null), u: () => this.undo(), t: () => this.tag(), n: () => this.note(),
      a: () => this.selectAll(),
      "/": () => { this.search.focus(); this.search.select(); },
      f: () => this.toggleFacets(true), z: () => this.nextDensity(),
      Enter: () => this.togglePane(), o: () => this.togglePane(),
      r: () => this.wanted({}), "?": () => this.toggleHelp(),
    };
    return this.keys;
  }

  // --- building

  build(el) {
    this.root = element("div", { class: "pk-triage", role: "region", "aria-label": "Triage of papers" });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.search = element("input", { type: "search", class: "pk-search", placeholder: "Search title, abstract, authors  ( / )",
      "aria-label": "Search title, abstract and authors", value: this.query.text ?? "",
      "data-lm-suppress-shortcuts": "true", autocomplete: "off", spellcheck: false,
      oninput: () => this.wanted({ text: this.search.value }),
      onkeydown: (event) => {
        if (event.key === "Escape" && this.search.value) {
          event.preventDefault();
          this.search.value = "";
          this.wanted({ text: "" });
        } else if (["Enter", "ArrowDown", "Escape"].includes(event.key) && !event.isComposing) {
          event.preventDefault();
          this.grid.focus({ preventScroll: true });
        }
      } });
    this.count = button("", () => this.wanted({}), { class: "pk-count", title: "List anew (r)" });
    this.savedBox = element("select", { class: "pk-select", "aria-label": "Saved queries",
      onchange: () => this.pickSaved() });
    this.facetButton = button("Filters", () => this.toggleFacets(), { title: "Filters (f)", "aria-expanded": "false" });
    this.columnButton = button("Columns", () => this.openMenu(), { title: "Choose and order columns", "aria-expanded": "false" });
    this.menu = element("div", { class: "pk-menu", hidden: true });
    const head = element("div", { class: "pk-head" }, this.facetButton, this.search, this.count, this.savedBox,
      this.columnButton,
      button("Rows", () => this.nextDensity(), { title: "Row height (z)" }),
      button("Pane", () => this.togglePane(), { title: "Reading pane (Enter)" }),
      button("?", () => this.toggleHelp(), { title: "Keys (?)", "aria-label": "Keys" }), this.menu);
    this.chips = element("div", { class: "pk-chips" });
    this.side = element("div", { class: "pk-side", role: "group", "aria-label": "Filters", tabIndex: -1 });
    this.header = element("div", { class: "pk-row pk-header", role: "row", "aria-rowindex": 1 });
    this.spacer = element("div", { class: "pk-spacer", role: "presentation" });
    this.body = element("div", { class: "pk-body", role: "rowgroup" });
    this.nothing = element("div", { class: "pk-nothing", hidden: true }, "No paper matches.");
    this.grid = element("div", { class: "pk-grid", role: "grid", tabIndex: 0, "aria-label": "Papers",
      "aria-multiselectable": "true", onscroll: () => this.onScroll() },
    element("div", { class: "pk-top", role: "rowgroup" }, this.header), this.body, this.spacer);
    this.pane = element("div", { class: "pk-pane", role: "region", "aria-label": "Reading pane", tabIndex: 0 });
    this.main = element("div", { class: "pk-main" }, this.side,
      element("div", { class: "pk-list" }, this.grid, this.nothing), this.pane);
    this.live = element("span", { class: "pk-live", role: "status", "aria-live": "polite" });
    this.unseen = element("span", { class: "pk-unread", hidden: true });
    this.meter = element("progress", { "aria-label": "Summarizing" });
    this.meterText = element("span");
    this.progress = element("span", { class: "pk-progress", hidden: true }, this.meter, this.meterText,
      button("Stop", () => this.try("stop")));
    this.asking = element("div", { class: "pk-asking", hidden: true });
    const act = (label, key, run) => button([label, element("kbd", {}, key)], run, { title: `${label} (${key})` });
    this.summarizeButton = button("Summarize", () => this.summarize(), { hidden: !this.hasModel,
      title: `Summarize the selection with ${this.modelName}` });
    this.foot = element("div", { class: "pk-foot" },
      act("Keep", "s", () => this.decide("keep")), act("Skip", "d", () => this.decide("skip")),
      act("Later", "l", () => this.decide("later")), act("Undo", "u", () => this.undo()),
      act("Tag", "t", () => this.tag()), act("Note", "n", () => this.note()),
      this.summarizeButton, this.progress, this.unseen, this.live);
    this.helpBox = element("div", { class: "pk-help", hidden: true, role: "dialog", "aria-label": "Keys", tabIndex: -1 },
      element("table", {}, element("tbody", {}, HELP.map(([keys, what]) =>
        element("tr", {}, element("th", { scope: "row" }, keys.split(" ").flatMap((k) => [element("kbd", {}, k), " "])),
          element("td", {}, what))))),
      button("Close", () => this.toggleHelp(false)));
    this.root.append(head, this.chips, this.main, this.asking, this.foot, this.helpBox);
    el.append(this.root);
    this.arrange();
    this.drawSaved();
  }

  // Columns that fit: the least important go first, so that nothing ever scrolls sideways.
  fit() {
    const width = this.grid.clientWidth;
    this.tall = this.grid.clientHeight;
    this.top = this.grid.scrollTop; // lost when the cell was out of the page
    if (!width || (width === this.fitted && this.pool.length)) return void this.draw();
    this.fitted = width;
    this.arrange();
  }

  arrange() {
    const wanted = this.order.map((key) => COLUMNS.find((c) => c.key === key)).filter(Boolean);
    const width = (c) => this.layout.widths?.[c.key] || c.width || 300;
    const room = (this.grid.clientWidth || 900) - 4;
    // In a narrow panel the title gives way to what was decided, to nothing else.
    const title = this.layout.columns ? 160 : Math.min(300, room - COLUMNS[0].width);
    const least = (c) => (c.key === "title" ? title : width(c));
    let total = wanted.reduce((sum, c) => sum + least(c), 0);
    const shown = new Set(wanted);
    for (const column of [...wanted].sort((a, b) => a.rank - b.rank)) {
      if (total <= room || column.key === "title") break;
      shown.delete(column);
      total -= width(column);
    }
    this.columns = wanted.filter((c) => shown.has(c));
    this.dropped = wanted.filter((c) => !shown.has(c));
    const tracks = this.columns.map((c) => (c.key === "title" ? "minmax(0, 1fr)" : `${width(c)}px`));
    this.columnKey = tracks.join(" ") + this.columns.map((c) => c.key).join() + this.layout.density;
    this.grid.style.setProperty("--columns", tracks.join(" "));
    this.grid.style.setProperty("--height", `${this.height}px`);
    this.grid.setAttribute("aria-colcount", this.columns.length);
    this.root.dataset.density = this.layout.density;
    this.root.classList.toggle("pk-with-side", Boolean(this.layout.facets));
    this.root.classList.toggle("pk-with-pane", Boolean(this.layout.pane));
    this.facetButton.setAttribute("aria-expanded", String(Boolean(this.layout.facets)));
    this.heads();
    this.draw();
  }

  heads() {
    const sorts = this.query.sort ?? ["-published"];
    const key = `${this.columnKey}|${sorts}`;
    if (key === this.headKey) return;
    this.headKey = key;
    empty(this.header);
    this.columns.forEach((column, place) => {
      const at = sorts.findIndex((s) => s.replace(/^-/, "") === column.sort && column.sort);
      const down = at >= 0 && sorts[at].startsWith("-");
      const mark = at < 0 ? "" : (down ? "▼" : "▲") + (sorts.length > 1 ? at + 1 : "");
      const head = element("div", { class: "pk-cell pk-heading", role: "columnheader", "aria-colindex": place + 1,
        "aria-sort": at < 0 ? "none" : down ? "descending" : "ascending" });
      const name = column.sort
        ? button([column.key === "decision" ? element("span", { class: "pk-unseen" }, column.label) : column.label, element("span", { class: "pk-turn", "aria-hidden": "true" }, mark)],
          (event) => this.sortBy(column, event.shiftKey),
          { class: "pk-sort", title: "Sort; with Shift: sort by this too", draggable: true })
        : element("span", { class: "pk-sort", draggable: true }, column.label);
      name.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/pk-column", column.key));
      head.addEventListener("dragover", (event) => event.preventDefault());
      head.addEventListener("drop", (event) => this.drop(event, column.key));
      head.append(name);
      if (column.key !== "title") head.append(this.handle(column));
      this.header.append(head);
    });
  }

  handle(column) {
    // The title takes what is left: columns before it end at their grip, those after it begin there.
    const right = this.columns.indexOf(column) > this.columns.findIndex((c) => c.key === "title");
    const grip = element("span", { class: right ? "pk-grip pk-before" : "pk-grip", "aria-hidden": "true" });
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      grip.setPointerCapture(event.pointerId);
      const from = event.clientX; // the column is found by its key: the heads are drawn anew
      const begun = this.layout.widths?.[column.key] || column.width;
      const drag = (e) => {
        const width = Math.max(40, Math.min(600, begun + (right ? from - e.clientX : e.clientX - from)));
        this.layout = { ...this.layout, widths: { ...this.layout.widths, [column.key]: Math.round(width) } };
        this.arrange();
      };
      const drop = () => {
        window.removeEventListener("pointermove", drag);
        window.removeEventListener("pointerup", drop);
        this.remember({});
      };
      window.addEventListener("pointermove", drag);
      window.addEventListener("pointerup", drop);
    });
    return grip;
  }

  drop(event, before) {
    event.preventDefault();
    const key = event.dataTransfer.getData("text/pk-column");
    if (key && key !== before) this.moveColumn(key, this.order.indexOf(before));
  }

  get order() {
    const hidden = ["note", "has", "version", this.scored ? "" : "score"];
    return this.layout.columns ?? COLUMNS.map((c) => c.key).filter((key) => !hidden.includes(key));
  }

  moveColumn(key, place) {
    const rest = this.order.filter((k) => k !== key);
    rest.splice(Math.max(0, place), 0, key);
    this.remember({ columns: rest });
  }

  remember(change) {
    this.layout = { ...this.layout, ...change };
    this.model.set("layout_state", this.layout);
    this.model.save_changes();
    this.arrange();
  }

  nextDensity() {
    const names = Object.keys(HEIGHTS);
    const top = this.cursor;
    this.remember({ density: names[(names.indexOf(this.layout.density) + 1) % names.length] });
    this.cursor = top;
    this.reveal(true);
    this.tell(`rows: ${this.layout.density}`);
  }

  openMenu() {
    this.menu.hidden = !this.menu.hidden;
    this.columnButton.setAttribute("aria-expanded", String(!this.menu.hidden));
    if (this.menu.hidden) return;
    const draw = () => {
      empty(this.menu);
      const shown = this.order;
      const rest = COLUMNS.map((c) => c.key).filter((k) => !shown.includes(k));
      for (const key of [...shown, ...rest]) {
        const column = COLUMNS.find((c) => c.key === key);
        const at = shown.indexOf(key);
        const box = element("input", { type: "checkbox", checked: at >= 0, disabled: key === "title",
          onchange: () => {
            this.remember({ columns: at >= 0 ? shown.filter((k) => k !== key) : [...shown, key] });
            if (this.dropped.includes(column)) this.tell(`${column.label}: no room; close the pane or hide another column`);
            draw();
          } });
        const shift = (by, label) => button(by < 0 ? "↑" : "↓", () => {
          const order = shown.filter((k) => k !== key);
          order.splice(at + by, 0, key);
          this.remember({ columns: order });
          draw();
        }, { "aria-label": `${label} ${column.label}`, disabled: at < 0 || at + by < 0 || at + by >= shown.length });
        this.menu.append(element("div", { class: "pk-menu-row" },
          element("label", {}, box, column.label), shift(-1, "Move left"), shift(1, "Move right")));
      }
      this.menu.append(button("As at first", () => { this.remember({ columns: null, widths: {} }); draw(); }));
    };
    draw();
    this.menu.querySelector("input:enabled")?.focus();
  }

  toggleHelp(on = this.helpBox.hidden) {
    this.helpBox.hidden = !on;
    if (on) this.helpBox.focus();
    else this.grid.focus({ preventScroll: true });
  }

  async toggleFacets(focus = false) {
    const on = focus ? true : !this.layout.facets;
    if (on !== this.layout.facets) this.remember({ facets: on });
    else if (focus && this.side.contains(document.activeElement)) this.remember({ facets: false });
    if (on && focus) this.side.focus(); // keys typed meanwhile are not the list's
    if (on && !this.facets) await this.recount();
    this.drawFacets();
    if (on && focus && document.activeElement === this.side) this.side.querySelector("input, button")?.focus();
  }

  togglePane(on = !this.layout.pane) {
    if (on !== this.layout.pane) this.remember({ pane: on });
    if (on) this.openNow(this.rows.get(this.cursor)?.id);
  }

  drawSaved() {
    empty(this.savedBox).append(element("option", { value: "" }, "Saved queries"),
      ...this.saved.map((name) => element("option", { value: `=${name}` }, name)),
      element("option", { value: "+" }, "Save this query…"));
    this.savedBox.value = "";
  }

  pickSaved() {
    const { value } = this.savedBox;
    this.savedBox.value = "";
    if (value === "+") {
      this.prompt("Save the query as", "", this.saved, async (name) => {
        if (name.trim() && await this.try("save", { name: name.trim() })) this.tell(`saved: ${name.trim()}`);
      });
    } else if (value) this.try("load", { name: value.slice(1) });
  }

  async summarize() {
    const row = this.rows.get(this.cursor);
    const ids = this.selected ? null : row && [row.id];
    if (ids !== undefined) await this.try("summarize", { ids });
  }

  // --- facets

  // Made once and changed in place: what is unchanged need not be laid out at every letter, and
  // focus, scrolling and what is folded stay as they are.
  drawFacets() {
    this.drawChips();
    if (!this.facets || !this.layout.facets) return;
    const here = document.activeElement;
    this.facetBefore = this.facetItems ?? new Map();
    this.facetItems = new Map();
    this.facetBoxes ??= Object.fromEntries(FACETS.map(([field, label]) => [field, this.facetBox(field, label)]));
    const fields = FACETS.map(([field]) => field).filter((field) => this.facets[field]?.length);
    for (const field of fields) {
      if (field === "months") this.drawHistogram(this.facets.months);
      else this.drawValues(field, this.facets[field]);
    }
    put(this.side, fields.map((field) => this.facetBoxes[field].node));
    if (here !== document.activeElement && this.side.contains(here)) here.focus({ preventScroll: true });
  }

  facetBox(field, label) {
    const open = field !== "categories" || (this.facets[field] ?? []).length < 12;
    const node = element("details", { class: "pk-facet", open }, element("summary", {}, label));
    if (field === "months") {
      const parts = { bars: element("div", { class: "pk-bars" }), first: element("span"), last: element("span"),
        since: this.day("since"), until: this.day("until") };
      node.append(parts.bars, element("div", { class: "pk-span" }, parts.first, parts.last),
        element("div", { class: "pk-days" }, parts.since, parts.until));
      return { node, ...parts };
    }
    const list = element("ul", { class: "pk-values" });
    node.append(list);
    return { node, list };
  }

  // What was drawn for a value before, else what `make` makes of it.
  facetItem(key, make) {
    const item = this.facetBefore.get(key) ?? make();
    this.facetItems.set(key, item);
    return item;
  }

  drawValues(field, pairs) {
    const chosen = new Set(this.query[field] ?? []);
    const shown = pairs.filter(([name, count]) => count || chosen.has(name) || field === "decisions");
    put(this.facetBoxes[field].list, shown.map(([name, count]) => {
      const item = this.facetItem(`${field}=${name}`, () => this.makeValue(field, name));
      item.box.checked = chosen.has(name);
      write(item.number, count.toLocaleString("en"));
      return item.node;
    }));
  }

  makeValue(field, name) {
    const box = element("input", { type: "checkbox", onchange: () => this.choose(field, name, box.checked) });
    const number = element("span", { class: "pk-number" });
    const label = element("span", { class: "pk-name" }, field === "has" ? HAS[name] ?? name : name);
    return { box, number, node: element("li", {}, element("label", {}, box, label, number)) };
  }

  drawHistogram(pairs) {
    const yearly = pairs.length > 48;
    const counts = new Map();
    for (const [month, count] of pairs) {
      const key = yearly ? month.slice(0, 4) : month;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
    const most = Math.max(...counts.values());
    const { bars, first, last, since, until } = this.facetBoxes.months;
    put(bars, [...counts].map(([key, count]) => {
      const { bar, height } = this.facetItem(`months=${key}`, () => this.makeBar(key));
      bar.title = `${key}: ${count} papers (Shift+click extends)`;
      bar.setAttribute("aria-label", `${key}, ${count} papers`);
      bar.setAttribute("aria-pressed", String(this.covers(key)));
      height.style.height = `${Math.max(2, (count / most) * 40)}px`;
      return bar;
    }));
    const keys = [...counts.keys()];
    write(first, keys[0]);
    write(last, keys.at(-1));
    since.value = this.query.since ?? "";
    until.value = this.query.until ?? "";
  }

  // The first and last day of a month or year.
  days(key) {
    const [year, month] = key.split("-").map(Number);
    const last = month ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 31;
    return month ? [`${key}-01`, `${key}-${last}`] : [`${key}-01-01`, `${key}-12-31`];
  }

  covers(key) {
    const [from, to] = this.days(key);
    const { since, until } = this.query;
    return Boolean((since || until) && (!since || since <= from) && (!until || until >= to));
  }

  makeBar(key) {
    const [from, to] = this.days(key);
    const height = element("span");
    const bar = button(height, (event) => {
      const { since, until } = this.query;
      if (event.shiftKey && since) this.wanted({ since: from < since ? from : since, until: to > (until ?? to) ? to : until ?? to });
      else if (since === from && until === to) this.wanted({ since: null, until: null });
      else this.wanted({ since: from, until: to });
    }, { class: "pk-column" });
    return { bar, height };
  }

  day(name) {
    return element("input", { type: "date", class: "pk-input", "aria-label": name === "since" ? "Since" : "Until",
      "data-lm-suppress-shortcuts": "true", onchange: (event) => this.wanted({ [name]: event.target.value || null }) });
  }

  // What narrows the list stands above it, each to be taken off with one click.
  drawChips() {
    empty(this.chips);
    const chip = (label, change) => this.chips.append(button([label, element("span", { "aria-hidden": "true" }, " ✕")],
      () => this.wanted(change), { class: "pk-chip pk-filter", "aria-label": `Remove filter ${label}` }));
    for (const [field] of FACETS) {
      for (const value of this.query[field] ?? []) {
        chip(field === "has" ? HAS[value] ?? value : value,
          { [field]: this.query[field].filter((v) => v !== value) });
      }
    }
    const { since, until, ids } = this.query;
    if (since || until) chip(`${since ?? "…"} to ${until ?? "…"}`, { since: null, until: null });
    if (ids) chip(`${ids.length} ids`, { ids: null });
    this.chips.hidden = !this.chips.childElementCount;
  }

  // --- reading pane

  // `went`: a person went there; else the list moved under the cursor, which is not remembered.
  openSoon(went = true) {
    clearTimeout(this.opening);
    const row = this.rows.get(this.cursor);
    if (!row) return void (this.opening = setTimeout(() => this.rows.get(this.cursor) && this.openSoon(went), 150));
    this.opening = setTimeout(() => {
      if (this.shownId !== row.id) this.openNow(row.id);
      if (went) this.try("move", { id: row.id });
    }, went ? 60 : 200);
  }

  // The pane shows what was asked for last, whichever answer comes last.
  async openNow(id) {
    if (!id || !this.layout.pane) return;
    this.shownId = id;
    const answer = await this.try("detail", { id });
    if (!answer || this.shownId !== id) return;
    this.drawPane(answer, this.opened?.row.id === id);
    this.opened = answer;
  }

  drawPane(paper, same = true) {
    const { row } = paper;
    const top = same ? this.pane.scrollTop : 0;
    const need = () => this.needKatex();
    const open = new Set([...this.pane.querySelectorAll("details[open]")].map((d) => d.dataset.name));
    const section = (name, label, ...content) => {
      const box = element("details", { class: "pk-section", open: same ? open.has(name) : name === "changes" || name === "why" },
        element("summary", {}, label), ...content);
      box.dataset.name = name;
      return box;
    };
    const line = (label, ...content) => element("div", { class: "pk-line" },
      element("span", { class: "pk-caption" }, label), element("span", {}, ...content));
    const parts = [say(element("h3", {}), row.title, this.pattern, need)];
    const many = paper.authors.length > 12;
    const authors = addTo(element("p", { class: "pk-people" }),
      many ? `${paper.authors.slice(0, 10).join(", ")}, … +${paper.authors.length - 10}` : paper.authors.join(", "), this.pattern);
    if (many) authors.title = paper.authors.join(", ");
    parts.push(authors);
    const facts = [row.published, row.updated !== row.published ? `updated ${row.updated}` : "", `v${row.version}`,
      (row.categories ?? []).join(" "), row.id].filter(Boolean).join(" · ");
    parts.push(element("p", { class: "pk-facts" }, facts));
    parts.push(element("p", { class: "pk-links" }, paper.links.map((l) =>
      element("span", { class: l.code ? "pk-chip pk-code" : "pk-chip" }, link(l.url, l.label)))));
    const state = [row.decision && `${MARKS[row.decision]} ${row.decision}`, row.status,
      ...(row.tags ?? []).map((t) => `#${t}`)].filter(Boolean).join("   ");
    if (state) parts.push(element("p", { class: "pk-state" }, state));
    if (row.note) parts.push(line("Note", row.note));
    if (paper.score !== null) {
      parts.push(line("Score", paper.score.toFixed(2), paper.why ? " · " : "", say(element("span", {}), paper.why, null, need)));
    }
    if (paper.digest) parts.push(line("In short", say(element("span", {}), paper.digest.text, null, need), ` (${paper.digest.by})`));
    parts.push(say(element("p", { class: "pk-abstract" }), paper.abstract || "No abstract.", this.pattern, need));
    if (paper.comment) parts.push(line("Comment", say(element("span", {}), paper.comment, null, need)));
    if (paper.journal_ref) parts.push(line("Journal", paper.journal_ref));
    if (paper.figures.length) parts.push(section("figures", `Figures (${paper.figures.length})`, this.gallery(row.id, paper.figures)));
    const changed = paper.versions.filter((v) => v.title.length || v.abstract.length);
    if (paper.versions.length > 1) {
      parts.push(section("changes", `Versions (${paper.versions.length})`, ...paper.versions.map((v) => element("div", { class: "pk-version" },
        element("div", { class: "pk-caption" }, `v${v.version} · ${v.updated}${changed.includes(v) ? "" : " · title and abstract as before"}`),
        v.title.length ? difference("Title", v.title) : "", v.abstract.length ? difference("Abstract", v.abstract) : ""))));
    }
    if (paper.history.length) {
      parts.push(section("history", `Decisions (${paper.history.length})`, element("ol", { class: "pk-history" },
        paper.history.map((h) => element("li", {}, `${h.at} · ${h.undo ? "undone to " : ""}${h.decision ?? "undecided"} (v${h.version})`,
          h.tags.length ? ` #${h.tags.join(" #")}` : "", h.note ? ` “${h.note}”` : "")))));
    }
    empty(this.pane).append(...parts);
    this.pane.scrollTop = top;
  }

  // Figures are fetched one by one when the section is opened or comes into view.
  gallery(id, figures) {
    const box = element("div", { class: "pk-gallery" });
    const seen = new IntersectionObserver(async (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        const answer = await this.try("figure", { id, index: Number(target.dataset.index) });
        if (!answer) continue;
        const url = URL.createObjectURL(new Blob([answer.buffers[0]], { type: answer.type }));
        target.addEventListener("load", () => URL.revokeObjectURL(url));
        target.src = url;
      }
    }, { root: this.pane });
    for (const figure of figures) {
      const image = element("img", { alt: `${figure.label}: ${figure.caption}`.slice(0, 300) });
      image.dataset.index = figure.index;
      if (figure.width && figure.height) image.style.aspectRatio = `${figure.width} / ${figure.height}`;
      box.append(element("figure", {}, image, say(element("figcaption", {}), `${figure.label}: ${figure.caption}`, null, () => this.needKatex())));
      seen.observe(image);
    }
    return box;
  }

  // --- status

  status() {
    const total = this.total.toLocaleString("en");
    const stale = this.matching !== undefined && this.matching !== this.total;
    const text = `${total} papers${stale ? ` (${this.matching.toLocaleString("en")} match now)` : ""}`
      + (this.selected ? ` · ${this.selected.toLocaleString("en")} selected` : "");
    write(this.count, text);
    this.before = this.selected || undefined;
  }

  tell(text, wrong = false) {
    this.live.textContent = text;
    this.live.title = text;
    this.live.classList.toggle("pk-wrong", wrong);
  }
}

const addTo = (node, text, pattern) => {
  addWords(node, text, pattern);
  return node;
};

const difference = (label, pieces) => element("p", { class: "pk-diff" }, element("span", { class: "pk-caption" }, `${label} `),
  pieces.map(([kind, text]) => kind === "same" ? text : element(kind === "gone" ? "del" : "ins", {}, text)));

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};
