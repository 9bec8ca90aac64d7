import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { packageInfo } from "../../src/cli/package-info.js";
import { copyDifferences, partsOfStoreDifferences } from "../../src/exports/copy/copy-differences.js";
import { copyStore } from "../../src/exports/copy/copy-store.js";
import { openTarget } from "../../src/stores/open.js";
import { mlflowDifferences } from "../../src/stores/rest/differences.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { fillMlflow } from "../stores/mlflow-db/mlflow-database.js";
import { noMlflow, serverForTests } from "../stores/rest/mlflow-server.js";
import { serverThatLeaves } from "../stores/spool/server-that-leaves.js";
import { PostgresCluster, password, postgresql, skipWithoutPostgresql } from "../stores/sql/postgres-cluster.js";
import { filled } from "./filled-store.js";
import { differingParts, pictureOf } from "./store-picture.js";

const mlflow = serverForTests();

let folder = "";
let cluster: PostgresCluster | undefined;
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-pairs-"));
  process.env.RUNLAB_ARTIFACTS = join(folder, "artifacts");
  process.env.PGPASSWORD = password;
  if (postgresql) cluster = await PostgresCluster.start(postgresql);
  if (!noMlflow) await fillMlflow(`sqlite:///${join(folder, "mlflow.db")}`, folder);
});
after(async () => {
  await cluster?.stop();
  delete process.env.RUNLAB_ARTIFACTS;
  delete process.env.PGPASSWORD;
  await rm(folder, { recursive: true, force: true });
});

const place = (name: string) => join(folder, `store${count++}`, name);
const opened = (context: TestContext, uri: string) => {
  const client = new TrackingClient(openTarget(uri));
  context.after(() => client.store.close());
  return client;
};

/** A new store of each kind that a copy is written to. */
const kinds: Record<string, (context: TestContext) => Promise<TrackingClient>> = {
  file: async (context) => opened(context, place("runlab")),
  sqlite: async (context) => opened(context, `sqlite:///${join(folder, `pairs${count++}.db`)}`),
  mlruns: async (context) => opened(context, place("mlruns")),
  server: async (context) => (await serverThatLeaves(context)).session().client,
  ...(postgresql && { postgresql: async (context) => opened(context, (await cluster?.newUri()) ?? "") }),
  ...(!noMlflow && { mlflow: async (context) => opened(context, mlflow().address) }),
};

/** Those that a copy is read from. MLflow's server comes first, before it has much: it is slow. */
const sources: typeof kinds = {
  ...(kinds.mlflow && { mlflow: kinds.mlflow }),
  ...(!noMlflow && { "mlflow.db": async (context) => opened(context, `sqlite:///${join(folder, "mlflow.db")}`) }),
  ...kinds,
};

/** They hold what they were filled with, and are the same in every test. */
const filledBefore = ["mlflow", "mlflow.db"];

/** By the pair of stores. */
const found = new Map<string, ReadonlyMap<string, string>>();

describe("every store is copied to every other, and loses what is declared alone", () => {
  // Once, before any test adds to it. The hooks of the file, which run at the same time, are done here: the server answers.
  before(async () => {
    if (noMlflow) return;
    const original = new TrackingClient(openTarget(join(folder, "first", "runlab")));
    const server = new TrackingClient(openTarget(mlflow().address));
    await filled(original, "first");
    await copyStore(original, server);
    for (const { store } of [original, server]) await store.close();
  });

  for (const [from, open] of Object.entries(sources)) {
    for (const [to, openOther] of Object.entries(kinds)) {
      if (from === "mlflow" && to === "mlflow") continue;
      test(`${from} to ${to}`, { timeout: 300_000 }, async (context) => {
        const source = await open(context);
        const target = await openOther(context);
        // MLflow's server, which is one for all tests, must not know the names that it gets.
        const name = to === "mlflow" ? `cars-of-${from}` : "cars";
        if (["file", "sqlite", "postgresql"].includes(from)) await filled(source, name);
        else if (!filledBefore.includes(from)) {
          const original = opened(context, place("runlab"));
          await filled(original, name);
          await copyStore(original, source);
        }
        const before = await pictureOf(source);
        const runs = (await runsOf(source)).length;
        const first = await copyStore(source, target);
        assert.deepEqual([first.copied, first.differ], [runs, []]);
        assert.ok(
          first.leftOut.every((line) => from === "mlflow.db" && line.includes("lone")),
          String(first.leftOut),
        );
        const again = await copyStore(source, target);
        assert.deepEqual([again.copied, again.there, again.versions, again.differ], [0, runs, 0, []]);

        const differing = differingParts(before, await pictureOf(target));
        found.set(`${from} to ${to}`, differing);
        const declared = new Set([
          ...Object.values(copyDifferences).flatMap<string>(({ parts }) => parts),
          ...[source, target].flatMap(({ store }) => Object.keys(store.differences ?? {})).flatMap(partsOf),
        ]);
        const undeclared = [...differing].filter(([part]) => !declared.has(part));
        assert.deepEqual(undeclared, []);
        assert.deepEqual(differingParts(before, await pictureOf(source)), new Map());
      });
    }
  }

  test("each declared difference occurs somewhere, and on MLflow's server each of its own", {
    skip: noMlflow || skipWithoutPostgresql,
  }, () => {
    const occurring = new Set([...found.values()].flatMap((parts) => [...parts.keys()]));
    const everywhere = Object.values(copyDifferences).flatMap<string>(({ parts }) => parts);
    assert.deepEqual(
      everywhere.filter((part) => !occurring.has(part)),
      [],
    );
    const ofServers = Object.keys(partsOfStoreDifferences).flatMap(partsOf);
    assert.deepEqual(
      ofServers.filter((part) => !found.get("file to mlflow")?.has(part)),
      [],
    );
    for (const name of Object.keys(partsOfStoreDifferences)) assert.ok(Object.hasOwn(mlflowDifferences, name), name);
  });
});

const partsOf = (difference: string) => partsOfStoreDifferences[difference] ?? [];

async function runsOf(client: TrackingClient) {
  const experiments = await client.searchExperiments();
  return client.searchRuns({ experimentIds: experiments.map(({ experimentId }) => experimentId) });
}

test("docs/mlflow.md lists what a copy is not given as the code declares it", () => {
  const page = readFileSync(join(packageInfo().folder, "docs", "mlflow.md"), "utf8");
  const listed = page.split("\n").filter((line) => line.startsWith("* "));
  assert.deepEqual(
    listed,
    Object.values(copyDifferences).map(({ says }) => `* ${says}`),
  );
});
