import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openStore, resolveUri } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";
import type { Experiment, Run } from "../../src/tracking/types.js";
import { mainPath, runCli } from "./run-cli.js";

const context = { folder: "", store: "", ids: new Map<string, string>() };

before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-cli-runs-"));
  context.store = join(context.folder, "runlab");
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(context.store);
  for (const [runName, experimentName, rmse] of [
    ["linear", "cars", 4.1],
    ["forest", "cars", 3.3],
    ["grape", "wine", 0.6],
  ] as const) {
    await session.startRun({ runName, experimentName, tags: { by: "test" } }, async (run) => {
      context.ids.set(runName, run.runId);
      await run.logParam("kind", runName);
      await run.logMetric("rmse", rmse);
      await run.logText("hello", "notes.txt");
    });
  }
  await session.close();
});
after(() => rm(context.folder, { recursive: true }));

function cli(...argv: string[]) {
  return runCli(argv, { cwd: context.folder, env: { RUNLAB_TRACKING_URI: undefined, MLFLOW_TRACKING_URI: undefined } });
}

async function json<T>(...argv: string[]): Promise<T> {
  const { code, out, err } = await cli(...argv, "--json");
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

test("runs list finds the store of the folder, says which, and prints a table", async () => {
  const { code, out, err } = await cli("runs", "list", "cars", "--order", "metrics.rmse ASC");
  assert.equal(code, 0, err);
  assert.match(err, /^Store: .*runlab$/m);
  assert.match(out, /Runs of cars/);
  assert.ok(out.indexOf("forest") > 0 && out.indexOf("forest") < out.indexOf("linear"), out);
  assert.doesNotMatch(out, /grape/);
});

test("runs list takes filter, order and limit, and gives whole runs as JSON", async () => {
  const all = await json<Run[]>("runs", "list");
  assert.equal(all.length, 3);
  const [best, ...others] = await json<Run[]>("runs", "list", "cars", "--order", "metrics.rmse ASC", "--limit", "1");
  assert.equal(others.length, 0);
  assert.deepEqual(
    [best?.info.runName, best?.data.metrics, best?.data.params],
    ["forest", { rmse: 3.3 }, { kind: "forest" }],
  );
  const filtered = await json<Run[]>("runs", "list", "cars", "--where", "metrics.rmse > 4");
  assert.deepEqual(
    filtered.map(({ info }) => info.runName),
    ["linear"],
  );
});

test("runs list shows columns, groups and pages; leaderboard ranks all experiments; diff shows what differs", async () => {
  const columns = await cli("runs", "list", "--columns", "rmse,kind", "--limit", "2", "--page", "2");
  assert.match(columns.out, /^Runs of all experiments, page 2\nrun +rmse +kind\n-.*\nlinear /);
  assert.match((await cli("runs", "list", "--group", "by")).out, /by by\nby +runs +rmse \(mean\) .*\n-.*\ntest +3 /);
  const top = await cli("runs", "leaderboard", "rmse");
  assert.match(top.out, /^Leaderboard: rmse, lower is better\n[\s\S]*1 +grape[\s\S]*2 +forest[\s\S]*3 +linear/);
  assert.deepEqual(
    (await json<Run[]>("runs", "leaderboard", "rmse", "--experiment", "cars", "--goal", "max")).map(
      ({ info }) => info.runName,
    ),
    ["linear", "forest"],
  );
  const diff = await cli("runs", "diff", "linear", "forest");
  assert.match(
    diff.out,
    /^linear and forest: what differs\n[\s\S]*kind +linear +forest[\s\S]*rmse +4\.1 +3\.3 \* +-0\.8/,
  );
  const data = await json<{ metrics: unknown }>("runs", "diff", "linear", "forest");
  assert.deepEqual(data.metrics, { rmse: [4.1, 3.3] });
  assert.equal((await cli("runs", "diff", "linear", "linear")).code, 2);
});

test("runs show prints params, metrics, tags and artifacts of a run by name or the beginning of its id", async () => {
  const { code, out, err } = await cli("runs", "show", "forest");
  assert.equal(code, 0, err);
  for (const part of [/forest/, /FINISHED/, /rmse/, /3\.3/, /kind/, /notes\.txt/, /by +test/]) assert.match(out, part);
  const id = context.ids.get("linear") ?? "";
  const run = await json<Run>("runs", "show", id.slice(0, 12));
  assert.equal(run.info.runId, id);
});

test("of several runs of one name the newest is shown, which is said beside the answer", async () => {
  const session = new TrackingSession({ resolveUri, openStore });
  const store = join(context.folder, "twins", "runlab");
  session.setTrackingUri(store);
  for (const value of [1, 2]) {
    await session.startRun({ runName: "twin" }, (run) => run.logMetric("rmse", value));
  }
  await session.close();
  const { out, err } = await cli("runs", "show", "twin", "--json", "--tracking-uri", store);
  assert.equal((JSON.parse(out) as Run).data.metrics.rmse, 2);
  assert.match(err, /^2 runs are named 'twin'/m);
});

test("what is not found is hinted at in commands, never in magics", async () => {
  await cli("runs", "delete", "linear");
  const asked = [
    ["runs", "show", "nope"],
    ["runs", "delete", "nope"],
    ["runs", "restore", "nope"],
    ["runs", "rename", "linear", "curved"],
    ["runs", "list", "nope"],
    ["export", "cars", "nope"],
    ["gc", "--experiment", "nope"],
    ["models", "list"],
    ["models", "info", "models:/nope/1"],
  ];
  const answers = await Promise.all(asked.map((argv) => cli(...argv)));
  await cli("runs", "restore", "linear");
  for (const [at, { out, err }] of answers.entries()) {
    assert.doesNotMatch(out + err, /%[a-z]/, asked[at]?.join(" "));
  }
  const hints = answers.map(({ err }) => err);
  assert.match(hints[0] ?? "", /`runlab runs list`/);
  assert.match(hints[2] ?? "", /`runlab runs list --deleted`/);
  assert.match(hints[3] ?? "", /`runlab runs restore linear`/);
});

test("runs rename, delete and restore do it, and say so", async () => {
  const renamed = await cli("runs", "rename", "grape", "raisin");
  assert.equal(renamed.code, 0, renamed.err);
  assert.match(renamed.out, /^Run 'grape' \([0-9a-f]{32}\) is now 'raisin'\.$/m);
  const deleted = await cli("runs", "delete", "raisin");
  assert.equal(deleted.code, 0, deleted.err);
  assert.deepEqual(await json<Run[]>("runs", "list", "wine"), []);
  const [gone] = await json<Run[]>("runs", "list", "wine", "--deleted");
  assert.equal(gone?.info.runName, "raisin");
  const [back] = await json<Run[]>("runs", "restore", "raisin");
  assert.equal(back?.info.lifecycleStage, "active");
});

test("a wrong name among several changes none of them, suggests, and exits with 4", async () => {
  const { code, err } = await cli("runs", "delete", "linear", "forrest");
  assert.equal(code, 4);
  assert.match(err, /There is no run with the name or id 'forrest'/);
  assert.equal((await json<Run[]>("runs", "list", "cars")).length, 2);
});

test("a filter that cannot be read exits with 2 and says where", async () => {
  const { code, err } = await cli("runs", "list", "--where", "metrics.rmse <> 4");
  assert.equal(code, 2, err);
  assert.doesNotMatch(err, /defect/);
});

test("experiments list, show, rename, delete and restore", async () => {
  const names = (await json<Experiment[]>("experiments", "list")).map(({ name }) => name);
  assert.deepEqual([...names].sort(), ["Default", "cars", "wine"]);
  const shown = await cli("experiments", "show", "cars");
  assert.match(shown.out, /^Experiment 'cars' \(\w+\), active; artifacts in /);
  assert.match(shown.out, /forest/);
  const renamed = await cli("experiments", "rename", "0", "2026-11-24");
  assert.equal(renamed.code, 0, renamed.err);
  assert.equal((await json<Experiment>("experiments", "show", "0")).name, "2026-11-24");
  const deleted = await cli("experiments", "delete", "wine");
  assert.equal(deleted.code, 0, deleted.err);
  assert.deepEqual(
    (await json<Experiment[]>("experiments", "list", "--deleted")).map(({ name }) => name),
    ["wine"],
  );
  const [restored] = await json<Experiment[]>("experiments", "restore", "wine");
  assert.equal(restored?.lifecycleStage, "active");
});

test("an experiment that is not there is suggested, exit code 4", async () => {
  const { code, err } = await cli("experiments", "show", "crs");
  assert.equal(code, 4);
  assert.match(err, /no experiment with the name or id 'crs'.\n {2}Did you mean 'cars'\?/);
});

test("export writes a file, says how much, and never overwrites without --force", async () => {
  const first = await cli("export", "cars", "--to", "cars.csv");
  assert.equal(first.code, 0, first.err);
  const [, runs, bytes] = /^Wrote (\d+) runs, ([\d,]+) bytes, to .*cars\.csv$/m.exec(first.out) ?? [];
  const text = await readFile(join(context.folder, "cars.csv"), "utf8");
  assert.deepEqual([runs, Number(bytes?.replaceAll(",", ""))], ["2", Buffer.byteLength(text)]);
  assert.match(text, /forest/);
  const again = await cli("export", "cars", "--to", "cars.csv");
  assert.equal(again.code, 3);
  assert.match(again.err, /cars\.csv already exists/);
  const forced = await json<{ runs: number; path: string }>("export", "cars", "forest", "--to", "cars.csv", "--force");
  assert.equal(forced.runs, 1);
});

test("import adds the runs of a file to a store, and a second time says that they are there already", async () => {
  await json("export", "cars", "--to", "moved.json");
  const other = ["import", "moved.json", "--tracking-uri", join(context.folder, "other", "runlab")];
  const first = await cli(...other, "--experiment", "copied");
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /^Added 2 runs to experiment 'copied' from .*moved\.json$/m);
  const again = await json<{ runs: number; skipped: number }>(...other, "--experiment", "copied");
  assert.deepEqual([again.runs, again.skipped], [0, 2]);
  const elsewhere = await json<{ runs: number; copied: number }>(...other);
  assert.deepEqual([elsewhere.runs, elsewhere.copied], [2, 2], "into the file's own experiment, as copies");
  const missing = await cli("import", "nowhere.json");
  assert.equal(missing.code, 4);
  assert.match(missing.err, /nowhere\.json cannot be read: there is no such file or folder\./);
});

test("a reader that closes the pipe early, such as head, is no error", async () => {
  const child = spawn(process.execPath, [mainPath, "runs", "list", "--json"], {
    cwd: context.folder,
    env: { ...process.env, RUNLAB_TRACKING_URI: context.store },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const errors: Buffer[] = [];
  child.stderr.on("data", (data) => errors.push(data));
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0);
  assert.doesNotMatch(Buffer.concat(errors).toString(), /EPIPE/);
});

test("looking into a folder without a store makes none", async () => {
  const empty = await mkdtemp(join(context.folder, "empty-"));
  const { code, err } = await runCli(["runs", "list"], {
    cwd: empty,
    env: { RUNLAB_TRACKING_URI: join(empty, "runlab"), MLFLOW_TRACKING_URI: undefined },
  });
  assert.equal(code, 0, err);
  assert.deepEqual(await readdir(empty), []);
});

test("a folder that is no store is refused, never filled", async () => {
  const { code, err } = await runCli(["runs", "list", "--tracking-uri", context.folder]);
  assert.equal(code, 2);
  assert.match(err, /it is not a store and was left untouched/);
});

test("a store that somebody names to read from must be there, and none is begun in its place", async () => {
  const empty = await mkdtemp(join(context.folder, "empty-"));
  const reading = ["runs list", "experiments list", "models list", "export --to all.csv", "report", "gc"];
  const commands = (place: string) => [
    `copy ${place} ./other`,
    ...reading.map((command) => `${command} --tracking-uri ${place}`),
  ];
  for (const command of [...commands("./nostore"), ...commands("sqlite:///nostore.db")]) {
    const { code, out, err } = await runCli(command.split(" "), { cwd: empty });
    assert.equal(code, 4, command);
    assert.match(err, /There is no store at .*nostore.*\n +Check the spelling/, command);
    assert.equal(out, "");
  }
  assert.deepEqual(await readdir(empty), []);
});
