import assert from "node:assert/strict";
import { test } from "node:test";
import { CellHistory } from "../../../src/kernel/executor/cell-history.js";

interface Names {
  In: Record<number, string>;
  Out: Record<number, unknown>;
  _: unknown;
}

function historyOn(): { history: CellHistory; names: Names } {
  const history = new CellHistory();
  const names = {} as Names;
  history.defineOn(names);
  return { history, names };
}

test("In has each cell's text, Out the values that were shown, and _ the latest of them", () => {
  const { history, names } = historyOn();
  history.begin(1, "1 + 1");
  history.end(1, 2);
  history.begin(2, "let a");
  assert.deepEqual(names.In, { 1: "1 + 1", 2: "let a" });
  assert.deepEqual(names.Out, { 1: 2 });
  assert.equal(names._, 2);
});

test("a name that the user assigns stays the user's", () => {
  const { history, names } = historyOn();
  names._ = "mine";
  history.begin(1, "5");
  history.end(1, 5);
  assert.equal(names._, "mine");
  assert.equal(names.Out[1], 5);
});

test("values of the last 1,000 cells are kept, and texts of the last 10,000", () => {
  const { history, names } = historyOn();
  for (let count = 1; count <= 10_001; count += 1) {
    history.begin(count, `cell ${count}`);
    if (count % 2 === 1) history.end(count, count);
  }
  assert.equal(Object.keys(names.In).length, 10_000);
  assert.equal(names.In[1], undefined);
  const values = Object.keys(names.Out).map(Number);
  assert.equal(values.length, 500);
  assert.equal(Math.min(...values), 9003);
});

test("a reset forgets values and keeps texts", () => {
  const { history, names } = historyOn();
  history.begin(1, "5");
  history.end(1, 5);
  history.reset();
  assert.equal(names._, undefined);
  assert.deepEqual(names.Out, {});
  assert.deepEqual(names.In, { 1: "5" });
});
