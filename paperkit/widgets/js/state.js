// What a view remembers: its layout, shared by a widget's views and kept by its kernel.

/** @typedef {import("./link.js").Model} Model */

/** @template {Record<string, any>} T */
export class ViewState {
  /** @param {Model} model @param {string} trait @param {T} defaults @param {() => void} changed */
  constructor(model, trait, defaults, changed) {
    this.model = model;
    this.trait = trait;
    this.defaults = defaults;
    this.read();
    this.follow = () => {
      this.read();
      changed();
    };
    model.on(`change:${trait}`, this.follow);
  }

  read() {
    /** @type {T} */
    this.value = { ...this.defaults, ...this.model.get(this.trait) };
  }

  /** Change it here and now; only `keep` tells the kernel. @param {Partial<T>} change */
  try(change) {
    this.value = { ...this.value, ...change };
  }

  /** @param {Partial<T>} change */
  keep(change) {
    this.try(change);
    this.model.set(this.trait, this.value);
    this.model.save_changes();
  }

  close() {
    this.model.off(`change:${this.trait}`, this.follow);
  }
}
