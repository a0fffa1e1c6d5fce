// Questions and their replies; a kernel that is late, busy or gone.

import assert from "node:assert/strict";
import { DEADLINE, Failure, Link } from "../../paperkit/widgets/js/link.js";
import { timed } from "./clock.js";

/** A widget's model: keeps what is sent, and says what the kernel says. */
class Model {
  sent = [];
  listeners = [];
  on(name, act) {
    assert.equal(name, "msg:custom");
    this.listeners.push(act);
  }
  off(_, act) {
    this.listeners = this.listeners.filter((each) => each !== act);
  }
  send(content) {
    if (content.do) this.sent.push(content);
    else this.nudges = (this.nudges ?? 0) + 1;
  }
  say(message, buffers) {
    for (const act of this.listeners) act(message, buffers);
  }
}

timed("each question gets its own reply, and another view's are none of it", async () => {
  const model = new Model();
  const link = new Link(model);
  const [one, two] = [link.ask("rows", { start: 3 }), link.ask("detail")];
  const [first, second] = model.sent;
  assert.deepEqual({ ...first, token: "" }, { do: "rows", token: "", start: 3 });
  model.say({ answer: { token: "another.1", rows: [] } });
  model.say({ answer: { token: second.token, text: "b" } }, ["buffer"]);
  model.say({ answer: { token: first.token, rows: ["a"] } });
  assert.deepEqual(await one, { rows: ["a"], buffers: undefined });
  assert.deepEqual(await two, { text: "b", buffers: ["buffer"] });
});

timed("one message may tell every view and answer one", async () => {
  const model = new Model();
  const told = [];
  const link = new Link(model, { told: (event, content) => told.push([event, content]) });
  const asked = link.ask("undo");
  model.say({ event: "rows", rows: [1], answer: { token: model.sent[0].token, ids: [2] } });
  assert.deepEqual(told, [["rows", { rows: [1] }]]);
  assert.deepEqual((await asked).ids, [2]);
});

timed("what went wrong is a failure that knows whether to try again", async () => {
  const model = new Model();
  const asked = new Link(model).ask("decide");
  model.say({ answer: { token: model.sent[0].token, error: "library: locked.", again: true } });
  await assert.rejects(asked, (error) => error instanceof Failure && error.again && !error.gone && error.message === "library: locked.");
});

timed("after the deadline a question fails, and its late reply is heard as a sign of life", async (clock) => {
  const model = new Model();
  const states = [];
  const link = new Link(model, { state: (late) => states.push(late) });
  const asked = link.ask("edit");
  clock.pass(DEADLINE - 1);
  assert.deepEqual(states, []);
  clock.pass(1);
  await assert.rejects(asked, (error) => error.gone && error.message === "The kernel does not answer.");
  const other = link.ask("look");
  model.say({ answer: { token: model.sent[1].token } });
  await other;
  assert.deepEqual(states, [true, false]);
});

timed("a question that stays waits for a busy kernel", async (clock) => {
  const model = new Model();
  const states = [];
  const link = new Link(model, { state: (late) => states.push(late) });
  const asked = link.ask("decide", {}, { stay: true });
  clock.pass(20 * DEADLINE);
  assert.deepEqual(states, [true]);
  model.say({ answer: { token: model.sent[0].token, done: 1 } });
  assert.equal((await asked).done, 1);
  assert.deepEqual(states, [true, false]);
});

timed("a question without deadline waits; whoever is patient sends no second message", async (clock) => {
  const model = new Model();
  const states = [];
  const link = new Link(model, { state: (late) => states.push(late) });
  link.ask("ask", {}, { deadline: 0, patient: true });
  clock.pass(1e7);
  assert.deepEqual([states, model.nudges], [[], undefined]);
  link.ask("rows");
  clock.pass(20);
  assert.equal(model.nudges, 1);
});

timed("a model that cannot send has lost its kernel", async () => {
  const model = new Model();
  model.send = () => {
    throw new Error("disposed");
  };
  await assert.rejects(new Link(model).ask("edit"), (error) => error.gone && error.message === "The kernel is gone.");
});

timed("a closed view hears nothing more", async (clock) => {
  const model = new Model();
  const told = [];
  const link = new Link(model, { told: (event) => told.push(event), state: () => told.push("late") });
  link.ask("rows");
  link.close();
  model.say({ event: "rows" });
  clock.pass(DEADLINE);
  assert.deepEqual(told, []);
});

timed("where the kernel is gone, what waits for it fails at once, and what comes later", async () => {
  const sent = [];
  const link = new Link({ on: () => undefined, off: () => undefined, send: (content) => sent.push(content) });
  const waiting = link.ask("edit", {}, { deadline: 0, stay: true, patient: true });
  link.cut();
  await assert.rejects(waiting, { message: "The kernel is gone.", gone: true });
  await assert.rejects(link.ask("edit"), { gone: true });
  assert.equal(sent.length, 1);
});
