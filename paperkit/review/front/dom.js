// The browser side's footing: elements made of text (never of markup), and questions to the kernel.

const SLOW = 15000; // milliseconds after which a kernel that does not answer counts as gone

/** Make an element. Data only ever arrives as text or attribute values, never as markup. */
function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value" || name === "disabled" || name === "hidden") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

function button(label, act, props = {}) {
  return h("button", { type: "button", class: "rv-button", onclick: act, ...props }, label);
}

/** A small button that shows a sign and is called by its name. */
function tool(sign, name, act, props = {}) {
  return button(sign, act, { class: "rv-tool", "aria-label": name, title: name, ...props });
}

function when(iso) {
  if (!iso) return "";
  const date = new Date(iso);
  const today = new Date().toDateString() === date.toDateString();
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${date.toISOString().slice(0, 10)} ${time}`;
}

/** Show a difference: a line per item, of kept, removed and added pieces. */
function differenceView(items, label) {
  const piece = ([mark, text]) => {
    if (mark === "=") return document.createTextNode(text);
    return h(mark === "-" ? "del" : "ins", {}, text);
  };
  const lines = items.map((pieces) => {
    const whole = pieces.length === 1 && { "-": "rv-out", "+": "rv-in" }[pieces[0][0]];
    return h("p", { class: whole || null }, pieces.map(piece));
  });
  return h("div", { class: "rv-difference", role: "group", "aria-label": label }, lines);
}

/** Questions to the kernel, each with its own answer; a view asks for itself. */
class Link {
  constructor(model, heard) {
    this.model = model;
    this.name = Math.random().toString(36).slice(2);
    this.count = 0;
    this.waiting = new Map();
    this.heard = heard;
    this.listen = (message, buffers) => this.receive(message, buffers);
    model.on("msg:custom", this.listen);
  }

  /** Resolve with the kernel's reply; reject with its error, or when it does not answer. */
  ask(content, { patience = SLOW } = {}) {
    const token = `${this.name}.${++this.count}`;
    return new Promise((resolve, reject) => {
      const late = () => this.drop(token, reject, "The kernel does not answer.", true);
      const timer = patience ? setTimeout(late, patience) : null;
      this.waiting.set(token, { resolve, reject, timer });
      try {
        this.model.send({ ...content, token });
      } catch {
        this.drop(token, reject, "The kernel is gone.", true);
      }
    });
  }

  drop(token, reject, message, gone) {
    const held = this.waiting.get(token);
    clearTimeout(held?.timer);
    this.waiting.delete(token);
    reject(Object.assign(new Error(message), { gone }));
  }

  receive(message, buffers) {
    const held = this.waiting.get(message?.token);
    if (!held) return;
    this.heard();
    if (message.error) {
      this.drop(message.token, held.reject, message.error, false);
      return;
    }
    clearTimeout(held.timer);
    this.waiting.delete(message.token);
    held.resolve({ ...message, buffers });
  }

  close() {
    this.model.off("msg:custom", this.listen);
    for (const held of this.waiting.values()) clearTimeout(held.timer);
    this.waiting.clear();
  }
}
