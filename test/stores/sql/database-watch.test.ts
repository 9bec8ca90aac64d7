import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseWatch } from "../../../src/stores/sql/database-watch.js";
import type { StoreNews } from "../../../src/tracking/store.js";

const anything: StoreNews = { experiments: true, models: true };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("all who watch share a look a second, also after one that failed, until the last one ends or the store is closed", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const looks: boolean[] = [];
  const watch = new DatabaseWatch(async (isFirst) => {
    looks.push(isFirst);
    if (looks.length === 2) throw new Error("The database is away.");
    return isFirst ? undefined : anything;
  });
  const second = async () => {
    await settled();
    context.mock.timers.tick(10_000);
    await settled();
  };
  const heard = { first: 0, second: 0 };
  const endFirst = watch.add(() => heard.first++);
  const endSecond = watch.add(() => heard.second++);
  for (let count = 0; count < 3; count++) await second();
  assert.deepEqual(looks, [true, false, false, false]);
  assert.deepEqual(heard, { first: 2, second: 2 });
  endFirst();
  await second();
  assert.deepEqual(heard, { first: 2, second: 3 });
  endSecond();
  await second();
  assert.equal(looks.length, 5);
  watch.add(() => heard.first++);
  await second();
  assert.deepEqual(looks.slice(5), [true, false]);
  watch.close();
  await second();
  assert.equal(looks.length, 7);
  assert.deepEqual(heard, { first: 3, second: 3 });
});
