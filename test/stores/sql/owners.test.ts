import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { migrate, newestSchema } from "../../../src/stores/sql/migrations.js";
import { openDatabase } from "../../../src/stores/sql/open-sql.js";
import { Owners } from "../../../src/stores/sql/owners.js";

test("a store that is closed while it gives a sign of life gives no more of them", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-owners-"));
  const database = await openDatabase(`sqlite:///${join(folder, "lab.db")}`);
  context.after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  await migrate(database);
  context.mock.timers.enable({ apis: ["setInterval"] });
  let signs = 0;
  let give: () => void = () => undefined;
  const mayGive = new Promise<void>((resolve) => {
    give = resolve;
  });
  const owners: Owners = new Owners({ beatMs: 100 }, async () => {
    signs++;
    await mayGive;
    await owners.beat(database);
  });
  owners.prepare(newestSchema);
  owners.begin("a");
  await owners.beat(database);
  context.mock.timers.tick(100);
  const closed = owners.close();
  give();
  await closed;
  context.mock.timers.tick(1000);
  assert.equal(signs, 1);
  // The run may go on: the next change begins anew.
  assert.ok(owners.isDue);
  await owners.beat(database);
  context.mock.timers.tick(100);
  assert.equal(signs, 2);
  await owners.close();
});
