import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { openDatabase } from "../../../src/stores/sql/open-sql.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";
import { sqlConformance } from "./sql-conformance.js";
import { upgradeConformance } from "./upgrade-conformance.js";

let folder = "";
let made = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-sqlite-"));
});
after(() => rm(folder, { recursive: true }));

const newFile = () => join(folder, `${++made}.db`);
const uriOf = (file: string) => `sqlite:///${file}`;
const open = (file: string) => new TrackingClient(openStore(resolveUri(uriOf(file))));

sqlConformance("a SQLite database", () => uriOf(newFile()));
upgradeConformance("a SQLite database", () => uriOf(newFile()));

test("sqlite:///name.db is a file of the working directory, sqlite:////… an absolute path, as SQLAlchemy has it", () => {
  assert.equal(resolveUri("sqlite:///runlab.db"), `sqlite:///${join(process.cwd(), "runlab.db")}`);
  assert.equal(resolveUri("sqlite:////data/runlab.db"), "sqlite:////data/runlab.db");
  assert.equal(resolveUri("sqlite+pysqlite:////data/runlab.db"), "sqlite:////data/runlab.db");
  for (const wrong of [
    "sqlite:",
    "sqlite://",
    "sqlite:///",
    "sqlite://runlab.db",
    "sqlite:///:memory:",
    "sqlite:///a?b=c",
  ]) {
    assert.throws(() => resolveUri(wrong), isError("INVALID_PARAMETER_VALUE", /does not name a database file/));
  }
});

test("the database is in WAL mode, so that readers and a writer do not wait for one another", async () => {
  const file = newFile();
  const client = open(file);
  await client.createExperiment("a");
  assert.deepEqual((await readFile(file)).subarray(18, 20), Buffer.from([2, 2]), "https://sqlite.org/fileformat.html");
  await client.store.close();
});

test("a database and the files of its runs can be moved together", async () => {
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  await mkdir(from);
  const first = open(join(from, "lab.db"));
  const { info } = await first.createRun("0");
  await first.logText(info.runId, "kept", "note.txt");
  assert.equal(info.artifactUri, join(from, "lab-artifacts", "0", info.runId, "artifacts"));
  await first.store.close();
  await rename(from, to);
  const moved = open(join(to, "lab.db"));
  const run = await moved.getRun(info.runId);
  assert.equal(run.info.artifactUri, join(to, "lab-artifacts", "0", info.runId, "artifacts"));
  assert.equal(Buffer.from(await moved.readArtifact(info.runId, "note.txt")).toString(), "kept");
  const filterString = `artifact_uri = '${run.info.artifactUri}'`;
  assert.equal((await moved.searchRuns({ experimentIds: ["0"], filterString })).length, 1);
  await moved.deleteRun(info.runId);
  await moved.store.purgeRun?.(info.runId);
  assert.deepEqual(await readdir(join(to, "lab-artifacts", "0")), []);
  await moved.store.close();
});

test("RUNLAB_ARTIFACTS names the folder for the files of new experiments", async () => {
  process.env.RUNLAB_ARTIFACTS = join(folder, "elsewhere");
  const client = open(newFile());
  delete process.env.RUNLAB_ARTIFACTS;
  const { info } = await client.createRun("0");
  assert.equal(info.artifactUri, join(folder, "elsewhere", "0", info.runId, "artifacts"));
  await client.store.close();
});

test("MLflow's own database is only read, anybody else's is refused, and neither is changed by a byte", async () => {
  for (const [tables, message] of [
    [["experiments", "alembic_version", "runs"], /has MLflow's own schema; it was left untouched/],
    [["customers"], /holds the tables of something else \(customers\); it was left untouched/],
  ] as const) {
    const file = newFile();
    const { db, close } = await openDatabase(uriOf(file));
    for (const table of tables) await db.schema.createTable(table).addColumn("id", "integer").execute();
    await close();
    const before = await readFile(file);
    const client = open(file);
    if (tables.length === 1)
      await assert.rejects(client.getExperiment("0"), isError("INVALID_PARAMETER_VALUE", message));
    await assert.rejects(client.createExperiment("a"), isError("INVALID_PARAMETER_VALUE", message));
    await client.store.close();
    assert.deepEqual(await readFile(file), before);
  }
});

test("a file that is no database, a folder and a place that cannot be are errors that name the file", async () => {
  const text = newFile();
  await writeFile(text, "not a database, but a text that is long enough to be looked at as one".repeat(20));
  await assert.rejects(
    open(text).getExperiment("0"),
    isError("INVALID_PARAMETER_VALUE", /\.db' is not a SQLite database/),
  );
  assert.match(await readFile(text, "utf8"), /^not a database/);
  await assert.rejects(open(folder).getExperiment("0"), isError("PERMISSION_DENIED", /cannot be opened/));
  const nowhere = join(folder, "absent", "lab.db");
  await assert.rejects(open(nowhere).getExperiment("0"), isError("PERMISSION_DENIED", /absent.*cannot be opened/));
  assert.ok(!existsSync(join(folder, "absent")));
});

test("another program that holds the database makes a call fail in time, and the next one work", async () => {
  const file = newFile();
  const { openSqlite } = await import("../../../src/stores/sql/sqlite.js");
  const { SqlStore } = await import("../../../src/stores/sql/sql-store.js");
  const other = await openDatabase(uriOf(file));
  const client = new TrackingClient(
    new SqlStore(openSqlite(file, uriOf(file), { busyMs: 50 }), { artifacts: join(folder, "a") }),
  );
  await client.createExperiment("first");
  await other.db.transaction().execute(async () => {
    await assert.rejects(
      client.createExperiment("second"),
      isError("TEMPORARILY_UNAVAILABLE", /is locked by another process/),
    );
    assert.equal((await client.getExperiment("1")).name, "first");
  });
  await client.createExperiment("third");
  await client.store.close();
  await other.close();
});

test("an open database keeps no process alive", () => {
  const script = `
    import { startRun } from ${JSON.stringify(new URL("../../../src/index.js", import.meta.url).href)};
    await startRun({}, (run) => run.logMetric("a", 1));`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, RUNLAB_TRACKING_URI: uriOf(newFile()) },
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
});

test("a store that was closed can be used again", async () => {
  const file = newFile();
  const client = open(file);
  const id = await client.createExperiment("a");
  await client.store.close();
  assert.equal((await client.getExperiment(id)).name, "a");
  await client.store.close();
  // Nothing is left in a second file: the database can be copied as it is.
  await copyFile(file, `${file}.copy`);
  const copy = open(`${file}.copy`);
  assert.equal((await copy.getExperiment(id)).name, "a");
  await copy.store.close();
});
