import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { RunlabError } from "../../../src/errors.js";
import { exportRuns } from "../../../src/exports/export-runs.js";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { isError } from "../../is-error.js";

/**
 * A store as it may come in a git clone: in it, one place after another is a link to a file or folder elsewhere. `a` is the run
 * with the link, `good` another run of the same experiment.
 */
let folder: string;
let root: string;
let outside: string;
let a: string;
let good: string;
const warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-links-"));
  root = join(folder, "runlab");
  outside = join(folder, "outside");
  await mkdir(outside);
  warnings.length = 0;
  process.on("warning", onWarning);
  const client = new TrackingClient(new FileStore(root));
  await client.createExperiment("linked");
  await client.createExperiment("other");
  [a, good] = [await newRun(client, "1", "a"), await newRun(client, "1", "good")];
  await newRun(client, "2", "elsewhere");
  await client.createRegisteredModel("Cars");
  // Settled, so that a search writes the index.
  for (const runId of [a, good]) await old(join(root, "1", runId));
  await client.searchRuns({ experimentIds: ["1"] });
  await client.store.close();
});

afterEach(async () => {
  process.off("warning", onWarning);
  await rm(folder, { recursive: true });
});

async function newRun(client: TrackingClient, experimentId: string, runName: string): Promise<string> {
  const { runId } = (await client.createRun(experimentId, { runName })).info;
  await client.logMetric(runId, "m", [3, 1, 2]);
  await client.logParam(runId, "p", "x");
  await client.logText(runId, "secret text", "deep/in/t.txt");
  await client.endRun(runId);
  return runId;
}

/** As if nothing had touched it for a long time. */
async function old(path: string): Promise<void> {
  const then = new Date("2020-01-01");
  if ((await lstat(path)).isDirectory()) for (const name of await readdir(path)) await old(join(path, name));
  await utimes(path, then, then);
}

/** Everything below a folder: names, content, and when each was last changed. */
async function contentOf(path: string): Promise<string[]> {
  const info = await lstat(path);
  const own = `${path} ${info.mtimeMs} ${info.size}`;
  if (info.isFile()) return [`${own} ${await readFile(path, "latin1")}`];
  if (!info.isDirectory()) return [own];
  return [own, ...(await Promise.all((await readdir(path)).sort().map((name) => contentOf(join(path, name))))).flat()];
}

/** When each file below a folder was last read; a file system may not note it, see `notesReads`. */
async function readsOf(path: string): Promise<string[]> {
  const info = await lstat(path);
  if (!info.isDirectory()) return [`${path} ${info.atimeMs}`];
  return (await Promise.all((await readdir(path)).map((name) => readsOf(join(path, name))))).flat();
}

function notesReads(): boolean {
  const path = join(folder, "control");
  execFileSync("touch", ["-d", "2001-01-01", path]);
  const before = statSync(path).atimeMs;
  readFileSync(path);
  return statSync(path).atimeMs !== before;
}

/** The places of a store, relative to it, and the error of the calls that need what stands there. */
const places: ReadonlyArray<readonly [place: string, needs: ReadonlyArray<keyof typeof operations>]> = [
  ["experiments.json", ["list experiments", "create an experiment", "create a run"]],
  ["models.json", ["list models", "register a model"]],
  [".changes", []],
  [".experiments.json.copy", []],
  [".models.json.copy", []],
  [".lock", ["create an experiment"]],
  [".lock.queue", ["create an experiment"]],
  [".lock-owners", []],
  [".lock-models", ["register a model"]],
  [".lock-models.queue", ["register a model"]],
  ["1", ["create a run"]],
  ["1/.index", []],
  ["1/RUN", []],
  ["1/RUN/run.json", ["show", "log a point", "log a param", "log a text", "delete"]],
  ["1/RUN/run.journal", ["show", "log a point", "log a param", "delete"]],
  ["1/RUN/run.journal.fold", ["show", "log a point", "log a param", "delete"]],
  ["1/RUN/.lock", []],
  ["1/RUN/.lock.queue", []],
  ["1/RUN/metrics", ["history", "log a point", "export"]],
  ["1/RUN/metrics/m", ["history", "log a point", "export"]],
  ["1/RUN/artifacts", ["log a text", "log a file", "list files", "read a file", "copy files out"]],
  ["1/RUN/artifacts/deep", ["log a text", "log a file", "read a file", "copy files out"]],
  ["1/RUN/artifacts/deep/in", ["log a text", "log a file", "read a file", "copy files out"]],
  ["1/RUN/artifacts/deep/in/t.txt", ["log a text", "read a file", "copy files out"]],
];

const operations = {
  "list experiments": (client: TrackingClient) => client.searchExperiments(),
  search: (client: TrackingClient) => client.searchRuns({ experimentIds: ["0", "1", "2"] }),
  show: (client: TrackingClient) => client.getRun(a),
  history: (client: TrackingClient) => client.getMetricHistory(a, "m"),
  "list files": (client: TrackingClient) => client.listArtifacts(a, "deep/in"),
  "list all files": (client: TrackingClient) => client.listArtifacts(a),
  "read a file": (client: TrackingClient) => client.readArtifact(a, "deep/in/t.txt"),
  "copy files out": (client: TrackingClient) => client.downloadArtifacts(a, "deep", join(folder, "copy")),
  export: () =>
    exportRuns(newSession(), { experiment: "linked", runs: [a], to: join(folder, "runs.json"), force: true }),
  "list models": (client: TrackingClient) => client.searchRegisteredModels(),
  watch: async (client: TrackingClient) => {
    client.store.watch?.(() => undefined)();
  },
  "create an experiment": (client: TrackingClient) => client.createExperiment("new"),
  "create a run": (client: TrackingClient) => client.createRun("1"),
  "log a point": (client: TrackingClient) => client.logMetric(a, "m", 4),
  "log a new metric": (client: TrackingClient) => client.logMetric(a, "n", 4),
  "log a param": (client: TrackingClient) => client.logParam(a, "q", 4),
  "log a text": (client: TrackingClient) => client.logText(a, "new", "deep/in/t.txt"),
  "log a file": (client: TrackingClient) => client.logArtifact(a, join(folder, "mine"), "deep/in"),
  "register a model": (client: TrackingClient) => client.createRegisteredModel("Trucks"),
  "end the run": (client: TrackingClient) => client.endRun(a),
  delete: (client: TrackingClient) => client.deleteRun(a),
  "remove for good": (client: TrackingClient) => client.store.purgeRun?.(a),
  doctor: async () => {
    for (const { fix } of checkStore(root).problems) await fix?.work();
  },
};

function newSession(): TrackingSession {
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(root);
  return session;
}

const pathOf = (place: string) => join(root, place.replace("RUN", a));

/** Moves what stands at a place out of the store, and makes a link to it; what only comes later is made there. */
async function moveOut(place: string): Promise<{ link: string; target: string }> {
  const link = pathOf(place);
  const target = join(outside, basename(place));
  const made = () => (/lock/.test(place) ? mkdir(target) : writeFile(target, `{"owner":{"pid":1}}\n`));
  await rename(link, target).catch(made);
  await symlink(target, link);
  return { link, target };
}

async function outcomeOf(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

for (const [place, needs] of places) {
  test(`${place} as a link out of the store: nothing there is read or changed, and the rest works`, async () => {
    await writeFile(join(folder, "mine"), "mine");
    const { link, target } = await moveOut(place);
    await old(outside);
    const before = await contentOf(outside);
    await old(outside);
    const reads = await readsOf(outside);
    for (const [name, operation] of Object.entries(operations)) {
      const client = new TrackingClient(new FileStore(root));
      const outcome = await outcomeOf(() => operation(client));
      await client.store.close().catch(() => undefined);
      if (outcome instanceof Error) {
        assert.ok(outcome instanceof RunlabError, `${name}: ${outcome.stack}`);
        assert.notEqual(outcome.code, "INTERNAL_ERROR", `${name}: ${outcome.message}`);
      }
      if ((needs as readonly string[]).includes(name)) {
        assert.ok(outcome instanceof RunlabError, `${name} did without ${place}`);
        assert.equal(outcome.code, "PERMISSION_DENIED", `${name}: ${outcome.message}`);
        assert.ok(outcome.message.includes(`'${link}'`), outcome.message);
        assert.ok(outcome.hint, outcome.message);
      }
    }
    if (notesReads()) assert.deepEqual(await readsOf(outside), reads);
    assert.deepEqual(await contentOf(outside), before);
    await rm(join(folder, "copy"), { recursive: true, force: true });
    assert.ok(statSync(target));
    if (place === "1") return;
    const found = await new TrackingClient(new FileStore(root)).searchRuns({ experimentIds: ["1", "2"] });
    const names = found.map(({ info }) => info.runName);
    assert.ok(names.includes("good") && names.includes("elsewhere"), `${names}`);
  });

  test(`the doctor names ${place} as a link, and looks no further`, async () => {
    const { link } = await moveOut(place);
    const named = checkStore(root).problems.filter(({ what }) => what.includes(`'${link}' is a symbolic link`));
    assert.equal(named.length, 1);
    const [{ fix, hint } = {}] = named;
    // What is derived can go; what is the user's is left to them.
    assert.equal(fix === undefined, hint !== undefined);
    assert.equal(fix !== undefined, /index|changes|copy|lock/.test(place));
    await fix?.work();
    if (fix !== undefined) assert.deepEqual(checkStore(root).problems, []);
  });

  for (const kind of ["a named pipe", "a dangling link", "a loop of links"]) {
    test(`${place} as ${kind}: no call waits for it, and the rest works`, { timeout: 60_000 }, async () => {
      await writeFile(join(folder, "mine"), "mine");
      const path = pathOf(place);
      await rm(path, { recursive: true, force: true });
      if (kind === "a named pipe") execFileSync("mkfifo", [path]);
      else await symlink(kind === "a loop of links" ? path : join(outside, "nothing"), path);
      for (const [name, operation] of Object.entries(operations)) {
        const client = new TrackingClient(new FileStore(root));
        const outcome = await outcomeOf(() => operation(client));
        await client.store.close().catch(() => undefined);
        if (outcome instanceof Error) assert.ok(outcome instanceof RunlabError, `${name}: ${outcome.stack}`);
      }
      assert.deepEqual(await readdir(outside), []);
      if (place === "1") return;
      const found = await new TrackingClient(new FileStore(root)).searchRuns({ experimentIds: ["1", "2"] });
      assert.ok(found.some(({ info }) => info.runName === "good"));
    });
  }
}

test("a run, or an experiment, that is a link is named in a warning; the other runs are found", async () => {
  const { link } = await moveOut("1/RUN");
  const client = new TrackingClient(new FileStore(root));
  const found = await client.searchRuns({ experimentIds: ["1", "2"] });
  assert.deepEqual(found.map(({ info }) => info.runName).sort(), ["elsewhere", "good"]);
  const experiment = join(root, "2");
  await rename(experiment, join(outside, "2"));
  await symlink(join(outside, "2"), experiment);
  const fresh = new TrackingClient(new FileStore(root));
  const left = await fresh.searchRuns({ experimentIds: ["1", "2"] });
  assert.deepEqual(
    left.map(({ info }) => info.runName),
    ["good"],
  );
  await new Promise((resolve) => setImmediate(resolve));
  for (const path of [link, experiment]) assert.ok(warnings.some((text) => text.includes(`'${path}'`)));
});

test("the store's own folder may be a link, and so may folders above it", async () => {
  await rename(root, join(outside, "real"));
  await symlink(join(outside, "real"), root);
  await symlink(folder, join(folder, "up"));
  const client = new TrackingClient(new FileStore(join(folder, "up", "runlab")));
  await client.logMetric(a, "m", 9, { step: 9 });
  await client.logText(a, "text", "new.txt");
  await client.endRun(a);
  assert.equal((await client.getRun(a)).data.metrics.m, 9);
  await client.store.close();
  assert.deepEqual(checkStore(root).problems, []);
});

test("a link that comes while the store is open is not followed either", async () => {
  const client = new TrackingClient(new FileStore(root));
  await client.logMetric(a, "m", 4, { step: 4 });
  const { target } = await moveOut("1/RUN/metrics");
  await moveOut("1/RUN/artifacts");
  // For a moment what was found out before is good enough.
  await delay(100);
  await assert.rejects(
    async () => client.logMetric(a, "new", 1),
    isError("PERMISSION_DENIED", /metrics' is a symbolic link/),
  );
  await assert.rejects(client.logText(a, "x", "x.txt"), isError("PERMISSION_DENIED", /artifacts' is a symbolic link/));
  assert.deepEqual(await readdir(target), ["m"]);
  assert.deepEqual(await readdir(join(outside, "artifacts")), ["deep"]);
  await client.store.close().catch(() => undefined);
});

test("what is removed for good takes no target of a link along", async () => {
  await writeFile(join(outside, "kept"), "kept");
  await symlink(outside, join(root, "1", a, "artifacts", "deep", "out"));
  await symlink(join(outside, "kept"), join(root, "1", a, "artifacts", "kept"));
  const client = new TrackingClient(new FileStore(root));
  await client.deleteRun(a);
  await client.store.purgeRun?.(a);
  await assert.rejects(lstat(join(root, "1", a)));
  assert.deepEqual(await readdir(outside), ["kept"]);
  await client.store.close();
});

test("a link among a run's files is left out of the list with a warning, and may be replaced by nothing but its owner", async () => {
  const artifacts = join(root, "1", a, "artifacts");
  await writeFile(join(outside, "kept"), "kept");
  await symlink(join(outside, "kept"), join(artifacts, "kept"));
  const client = new TrackingClient(new FileStore(root));
  assert.deepEqual(await client.listArtifacts(a), [{ path: "deep", isDir: true }]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(warnings.some((text) => text.includes(`'${join(artifacts, "kept")}' is a symbolic link`)));
  await assert.rejects(client.logText(a, "new", "kept"), isError("PERMISSION_DENIED", /kept' is a symbolic link/));
  assert.equal(await readFile(join(outside, "kept"), "utf8"), "kept");
  await client.store.close();
});

test("a folder is copied out whole, or not at all when a link is in it; npm's own links are left behind", async () => {
  const artifacts = join(root, "1", a, "artifacts");
  await mkdir(join(artifacts, "model", "node_modules", ".bin"), { recursive: true });
  await mkdir(join(artifacts, "model", "empty"));
  await writeFile(join(artifacts, "model", "node_modules", "x.js"), "x");
  await symlink("../x.js", join(artifacts, "model", "node_modules", ".bin", "x"));
  const client = new TrackingClient(new FileStore(root));
  const copy = await client.downloadArtifacts(a, "model", join(folder, "copy"));
  assert.deepEqual((await readdir(copy, { recursive: true })).sort(), [
    "empty",
    "node_modules",
    "node_modules/.bin",
    "node_modules/x.js",
  ]);
  assert.deepEqual(checkStore(root).problems, []);
  await symlink("/etc/hostname", join(artifacts, "model", "name"));
  const again = client.downloadArtifacts(a, "model", join(folder, "again"));
  await assert.rejects(again, isError("PERMISSION_DENIED", /model\/name' is a symbolic link/));
  await assert.rejects(lstat(join(folder, "again")));
  await client.store.close();
});

test("what a store says about itself leads to no place outside it", async () => {
  const path = join(root, "1", a, "run.json");
  const document = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...document, info: { ...document.info, experiment_id: "../../outside" } }));
  await writeFile(join(root, ".changes"), "../../outside/x\n", { flag: "a" });
  const client = new TrackingClient(new FileStore(root));
  await client.searchRuns({ experimentIds: ["1"] });
  const outcomes = [
    await outcomeOf(() => client.logMetric(a, "m", 4)),
    await outcomeOf(() => client.endRun(a)),
    await outcomeOf(async () => (await client.store.artifacts(good)).locate?.("../../../../outside")),
    await outcomeOf(async () => (await client.store.artifacts(good)).read("../run.json")),
  ];
  await client.store.close().catch(() => undefined);
  for (const outcome of outcomes)
    assert.ok(!(outcome instanceof Error) || outcome instanceof RunlabError, `${outcome}`);
  for (const outcome of outcomes.slice(2)) assert.equal((outcome as RunlabError).code, "PERMISSION_DENIED");
  assert.deepEqual(await readdir(outside), []);
});

test("a temporary file that a process of the same number left behind stops no write", async () => {
  const planted = join(outside, "planted");
  await writeFile(planted, "planted");
  for (let number = 0; number < 20; number++) {
    await symlink(planted, join(root, `.${process.pid}-${number}.tmp`));
    await symlink(planted, join(root, "1", a, "artifacts", `.${process.pid}-${number}.tmp`));
  }
  const client = new TrackingClient(new FileStore(root));
  await client.createExperiment("new");
  await client.logText(a, "text", "new.txt");
  await client.logArtifact(a, planted, "copied");
  await client.store.close();
  assert.equal(await readFile(planted, "utf8"), "planted");
  assert.equal((await client.getExperimentByName("new"))?.name, "new");
  await cp(root, join(folder, "moved"), { recursive: true });
});
