import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { mlflowDifferences } from "../../../src/stores/rest/differences.js";
import { storeConformance } from "../conformance.js";
import { ServerThatLeaves } from "./server-that-leaves.js";

let server: ServerThatLeaves;

before(async () => {
  server = new ServerThatLeaves(await mkdtemp(join(tmpdir(), "runlab-spool-")));
  await server.start();
});
after(() => server.end());

// What its clients, and so the routes, can express.
const { summaries, artifactNames } = mlflowDifferences;
storeConformance("runlab's own server, by way of the spool,", () => server.session().store, {
  summaries,
  artifactNames,
});
