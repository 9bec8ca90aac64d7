import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { searchProperty } from "./search-property.js";

test("a search in SQLite finds what the same search among the runs in memory finds, in the same order and pages", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-search-"));
  const store = openStore(resolveUri(`sqlite:///${join(folder, "lab.db")}`));
  try {
    await searchProperty(store);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});
