import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStore, resolveUri } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";

/** `node cold-reader.js <store> search|parse <query>`: in a fresh process, prints how long the search, or reading all documents, took in ms. */
const [, , store = "", what = "", query = "{}"] = process.argv;
const session = new TrackingSession({ resolveUri, openStore });
session.setTrackingUri(store);
const start = performance.now();
if (what === "search") {
  await session.searchRuns(JSON.parse(query));
} else {
  const folder = join(store, "0");
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(".")) JSON.parse(readFileSync(join(folder, name, "run.json"), "utf8"));
  }
}
process.stdout.write(String(performance.now() - start));
await session.close();
