// A page in little: elements that hold children, classes and listeners, enough for what decides.

class Node {
  constructor(tag) {
    Object.assign(this, { tag, children: [], hidden: false, className: "", dataset: {}, attributes: {}, listeners: {}, style: {} });
    this.classList = { toggle: () => undefined, add: () => undefined, remove: () => undefined, contains: (name) => this.className.split(" ").includes(name) };
  }
  append(...nodes) { this.children.push(...nodes); }
  replaceChildren(...nodes) { this.children = nodes; }
  addEventListener(name, act) { this.listeners[name] = act; }
  setAttribute(name, value) { this.attributes[name] = value; }
  contains(node) { return node === this || this.children.some((child) => child === node || child.contains?.(node)); }
  focus() { globalThis.document.activeElement = this; }
  click() { return this.listeners.click?.({}); }
  get textContent() { return this.children.map((child) => child.textContent ?? String(child)).join(""); }
  set textContent(text) { this.children = [text]; }
  querySelector() { return this.all().find((node) => ["select", "input", "button"].includes(node.tag)) ?? null; }
  all() { return [this, ...this.children.flatMap((child) => child.all?.() ?? [])]; }
  /** The element that says this. */
  saying(text) { return this.all().filter((node) => node.textContent.includes(text)).pop(); }
}

globalThis.document = { createElement: (tag) => new Node(tag), activeElement: null, body: new Node("body") };

export const element = (tag = "div") => new Node(tag);
