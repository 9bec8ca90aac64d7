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
