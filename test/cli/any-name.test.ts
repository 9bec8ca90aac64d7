import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openStore, resolveUri } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";
import { runCli } from "./run-cli.js";

const inherited = ["constructor", "toString", "__proto__", "hasOwnProperty"];
const all = (value: string) => Object.fromEntries(inherited.map((name) => [name, value]));

test("runs, experiments and keys called what every object has are listed, shown, found, exported and imported", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-cli-names-"));
  try {
    const session = new TrackingSession({ resolveUri, openStore });
    session.setTrackingUri(join(folder, "runlab"));
    for (const runName of inherited) {
      await session.startRun({ runName, experimentName: "constructor", tags: all("t") }, async (run) => {
        await run.logParams(all(runName));
        await run.logMetrics(Object.fromEntries(inherited.map((name, at) => [name, at + 0.5])));
      });
    }
    await session.startRun({ runName: "bare", experimentName: "constructor" }, () => undefined);
    await session.close();
    const cli = async (...argv: string[]) => {
      const env = { RUNLAB_TRACKING_URI: undefined, MLFLOW_TRACKING_URI: undefined };
      const { code, out, err } = await runCli(argv, { cwd: folder, env });
      assert.equal(code, 0, err);
      assert.doesNotMatch(out, /native code|\[object|undefined/);
      return out;
    };
    const listed = await cli("runs", "list", "constructor");
    for (const name of inherited) assert.equal(listed.split(name).length - 1 >= 3, true, listed);
    const runs: Run[] = JSON.parse(await cli("runs", "list", "--json"));
    assert.deepEqual(runs.find(({ info }) => info.runName === "__proto__")?.data.params, all("__proto__"));
    assert.deepEqual(runs.find(({ info }) => info.runName === "bare")?.data.params, {});
    for (const name of ["constructor", "__proto__"]) {
      assert.match(await cli("runs", "show", name), /hasOwnProperty +3\.5/);
      const where = ["--where", `params.${name} = 'toString'`, "--order", `metrics.${name} DESC`];
      const found: Run[] = JSON.parse(await cli("runs", "list", "constructor", ...where, "--json"));
      assert.deepEqual(
        found.map(({ info }) => info.runName),
        ["toString"],
      );
    }
    for (const file of ["out.csv", "out.json"]) {
      await cli("export", "constructor", "--to", file);
      assert.doesNotMatch(await readFile(join(folder, file), "utf8"), /native code/);
      await cli("import", file, "--tracking-uri", join(folder, `other-${file}`));
      const copied: Run[] = JSON.parse(
        await cli("runs", "list", "--tracking-uri", join(folder, `other-${file}`), "--json"),
      );
      const data = (list: Run[]) => new Map(list.map((run) => [run.info.runName, [run.data.params, run.data.metrics]]));
      assert.deepEqual(data(copied), data(runs));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what every object has is no command, option or engine", async () => {
  for (const argv of [["constructor"], ["runs", "toString"], ["runs", "list", "--valueOf"], ["models", "__proto__"]]) {
    const { code, err } = await runCli(argv);
    assert.equal(code, 2, argv.join(" "));
    assert.match(err, /unknown|error/);
  }
});
