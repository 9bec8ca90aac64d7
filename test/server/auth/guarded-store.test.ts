import assert from "node:assert/strict";
import { test } from "node:test";
import { GuardedStore } from "../../../src/server/auth/guarded-store.js";
import type { Permissions } from "../../../src/server/auth/permissions.js";
import { MemoryStore } from "../../../src/stores/memory.js";
import type { StoreNews } from "../../../src/tracking/store.js";

test("a store that cannot tell of changes is not taken for one in which nothing changes", () => {
  const nobody = {} as Permissions;
  assert.equal(new GuardedStore(new MemoryStore(), nobody).watch, undefined);
  const news: StoreNews = { experiments: true, models: false };
  const heard: StoreNews[] = [];
  const watched = Object.assign(new MemoryStore(), {
    watch: (listener: (news: StoreNews) => void) => {
      listener(news);
      return () => undefined;
    },
  });
  new GuardedStore(watched, nobody).watch?.((one) => heard.push(one));
  assert.deepEqual(heard, [news]);
});

test("runs of experiments that the user cannot read are not counted", async () => {
  const store = new MemoryStore();
  const hidden = await store.createExperiment({ name: "hidden" });
  const ids = ["0", hidden.experimentId];
  for (const experimentId of ids) {
    await store.createRun({ experimentId, runName: "a", userId: "", startTime: 1, tags: {} });
  }
  assert.deepEqual([...(await store.countRuns(ids)).keys()], ids);
  const permissions = { readable: async () => ["0"] } as unknown as Permissions;
  assert.deepEqual([...((await new GuardedStore(store, permissions).countRuns?.(ids))?.keys() ?? [])], ["0"]);
});
