// Keepsakes: what could not be saved, kept in this browser until it could, under its view's name.

const VIEWS = (globalThis[Symbol.for("paperkit reviews")] ??= new Map()); // name → {node, place, at}
const MOMENT = 5000; // milliseconds that a view may take until it is in the page

class Keepsake {
  constructor(review) {
    this.start = `paperkit review ${review.id} ${review.paper.language} `;
    this.own = review.link.name;
  }

  put(question, rows, seen) {
    const kept = this.of(this.own);
    kept[question] = { rows, seen, at: new Date().toISOString() };
    this.write(this.own, kept);
  }

  drop(question, view = this.own) {
    const kept = this.of(view);
    if (!(question in kept)) return;
    delete kept[question];
    this.write(view, kept);
  }

  of(view) {
    try {
      return JSON.parse(localStorage.getItem(this.start + view) ?? "{}");
    } catch {
      return {};
    }
  }

  write(view, kept) {
    try {
      if (Object.keys(kept).length) localStorage.setItem(this.start + view, JSON.stringify(kept));
      else localStorage.removeItem(this.start + view);
    } catch {
      // A browser without storage: the text then lives in the fields alone.
    }
  }

  /** Return what views that live no more have left, as {view, key, rows, at}. */
  async left() {
    let names = [];
    try {
      names = Object.keys(localStorage);
    } catch {
      return [];
    }
    const views = names.filter((n) => n.startsWith(this.start)).map((n) => n.slice(this.start.length));
    const elsewhere = views.length ? await this.elsewhere() : new Set();
    return views
      .filter((view) => view === this.own || !(VIEWS.get(view)?.node.isConnected || elsewhere.has(view)))
      .flatMap((view) => Object.entries(this.of(view)).map(([key, kept]) => ({ view, key, ...kept })));
  }

  /** Return the views that live in other tabs: each holds a lock of its name. */
  async elsewhere() {
    const held = (await navigator.locks?.query().catch(() => null))?.held ?? [];
    const mine = held.find((lock) => lock.name === LOCK + this.own)?.clientId;
    return new Set(held.filter((lock) => lock.clientId !== mine).map((lock) => lock.name.slice(LOCK.length)));
  }
}

const LOCK = "paperkit review ";

/** Enter a view among the living; return what ends it. */
function enlist(name, node) {
  const here = [...VIEWS.values()].filter((v) => v.node.isConnected || Date.now() - v.at < MOMENT);
  const taken = new Set(here.map((view) => view.place));
  let place = 1;
  while (taken.has(place)) place += 1;
  VIEWS.set(name, { node, place, at: Date.now() });
  let free = () => undefined;
  const held = () => new Promise((resolve) => (free = resolve));
  navigator.locks?.request(LOCK + name, held).catch(() => undefined);
  const leave = () => (free(), VIEWS.delete(name));
  return { place, leave };
}

/** Offer what was typed about this paper and never saved, unless it is offered already. */
async function offer(review) {
  const { keepsake, notice } = review;
  if (notice.querySelector(".rv-kept")) return;
  const left = (await keepsake.left()).filter(({ key }) => review.answers.has(key));
  const still = left.filter(({ key, view }) => view !== keepsake.own || !review.answers.get(key).dirty);
  if (!still.length || keepsake !== review.keepsake || notice.querySelector(".rv-kept")) return;
  const drop = () => {
    for (const { key, view } of still) keepsake.drop(key, view);
    notice.replaceChildren();
  };
  const take = () => {
    drop(); // first: what fails to be saved now is kept anew
    for (const { key, rows } of still) review.answers.get(key)?.take(rows);
  };
  const names = still.map(({ key }) => review.answers.get(key).state.heading).join(", ");
  const text = `Typed at ${when(still[0].at)} and never saved: ${names}. `;
  const buttons = [button("Take it back", take), button("Drop it", drop)];
  notice.replaceChildren(h("p", { class: "rv-bar rv-kept" }, text, buttons));
}
