import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TrackingError } from "../../src/errors.js";
import { TrackingClient } from "../../src/tracking/client.js";
import type { TrackingStore } from "../../src/tracking/store.js";

/** What every store promises, tried through the client that checks the arguments. */
export function storeConformance(name: string, open: (folder: string) => TrackingStore): void {
  describe(`${name} as a tracking store`, () => {
    let folder: string;
    let store: TrackingStore;
    let client: TrackingClient;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "runlab-conformance-"));
      store = open(join(folder, "runlab"));
      client = new TrackingClient(store);
    });

    after(async () => {
      await store.close();
      await rm(folder, { recursive: true });
    });

    const start = async (options: Parameters<TrackingClient["createRun"]>[1] = {}) => client.createRun("0", options);

    test("a new store has the experiment 0, Default", async () => {
      const experiment = await client.getExperiment("0");
      assert.equal(experiment.name, "Default");
      assert.equal(experiment.lifecycleStage, "active");
    });

    test("an experiment is created, found, renamed, tagged, deleted and restored", async () => {
      const id = await client.createExperiment("cars", { tags: { team: "a" } });
      assert.equal((await client.getExperimentByName("cars"))?.experimentId, id);
      await client.renameExperiment(id, "automobiles");
      assert.equal(await client.getExperimentByName("cars"), undefined);
      await client.setExperimentTag(id, "owner", "me");
      assert.deepEqual((await client.getExperiment(id)).tags, { team: "a", owner: "me" });
      await client.deleteExperimentTag(id, "team");
      await client.deleteExperiment(id);
      assert.equal((await client.getExperiment(id)).lifecycleStage, "deleted");
      await assert.rejects(client.createRun(id), is("INVALID_PARAMETER_VALUE", /must be in the 'active' state/));
      await assert.rejects(client.createExperiment("automobiles"), is("RESOURCE_ALREADY_EXISTS", /already exists/));
      const active = (await client.searchExperiments()).map((experiment) => experiment.name);
      assert.ok(!active.includes("automobiles"));
      await client.restoreExperiment(id);
      assert.deepEqual((await client.getExperiment(id)).tags, { owner: "me" });
    });

    test("experiment 0 can be renamed", async () => {
      await client.renameExperiment("0", "2026-11-24");
      assert.equal((await client.getExperiment("0")).name, "2026-11-24");
      await client.renameExperiment("0", "Default");
    });

    test("unknown experiments and runs are RESOURCE_DOES_NOT_EXIST", async () => {
      await assert.rejects(client.getExperiment("77"), is("RESOURCE_DOES_NOT_EXIST", /id=77/));
      await assert.rejects(client.getRun("f".repeat(32)), is("RESOURCE_DOES_NOT_EXIST", /not found/));
      assert.throws(() => client.logMetric("f".repeat(32), "a", 1), is("RESOURCE_DOES_NOT_EXIST", /not found/));
      await assert.rejects(client.createRun("77"), is("RESOURCE_DOES_NOT_EXIST", /id=77/));
    });

    test("a run keeps its name, user, tags, params and latest metrics", async () => {
      const { info } = await start({ runName: "first", userId: "ann", startTime: 1000, tags: { family: "linear" } });
      await client.logParams(info.runId, { alpha: 0.5, on: true, none: null, list: [1, 2], big: 12n, zero: -0 });
      await client.logMetric(info.runId, "rmse", 0.7, { step: 1, timestamp: 5 });
      await client.logMetric(info.runId, "rmse", 0.9, { step: 0, timestamp: 9 });
      await client.endRun(info.runId);
      const run = await client.getRun(info.runId);
      assert.equal(run.info.runName, "first");
      assert.equal(run.info.userId, "ann");
      assert.equal(run.info.status, "FINISHED");
      assert.ok((run.info.endTime ?? 0) > 1000);
      assert.deepEqual(run.data.params, {
        alpha: "0.5",
        on: "true",
        none: "null",
        list: "[1,2]",
        big: "12",
        zero: "-0",
      });
      assert.deepEqual(run.data.tags, { family: "linear", "mlflow.runName": "first" });
      assert.deepEqual(run.data.metrics, { rmse: 0.7 });
      assert.deepEqual(run.metricSummaries, {
        rmse: {
          last: { key: "rmse", value: 0.7, step: 1, timestamp: 5 },
          min: { key: "rmse", value: 0.7, step: 1, timestamp: 5 },
          max: { key: "rmse", value: 0.9, step: 0, timestamp: 9 },
          count: 2,
        },
      });
    });

    test("a param is written once; the same value again is fine", async () => {
      const { info } = await start();
      await client.logParam(info.runId, "lr", 0.1);
      await client.logParam(info.runId, "lr", "0.1");
      const changing = () => client.logParams(info.runId, { other: 1, lr: 0.01 });
      assert.throws(changing, is("INVALID_PARAMETER_VALUE", /Changing param values is not allowed.*'0\.1'.*'0\.01'/));
      assert.deepEqual((await client.getRun(info.runId)).data.params, { lr: "0.1" });
    });

    test("tags are replaced and deleted; deleting an unknown one says so", async () => {
      const { info } = await start();
      await client.setTags(info.runId, { a: 1, b: 2 });
      await client.setTag(info.runId, "a", 3);
      await client.deleteTag(info.runId, "b");
      await assert.rejects(client.deleteTag(info.runId, "b"), is("RESOURCE_DOES_NOT_EXIST", /No tag with name: b/));
      const { tags } = (await client.getRun(info.runId)).data;
      assert.equal(tags.a, "3");
      assert.equal(tags.b, undefined);
    });

    test("the name tag and the name are one", async () => {
      const { info } = await start({ runName: "before" });
      await client.setTag(info.runId, "mlflow.runName", "by tag");
      assert.equal((await client.getRun(info.runId)).info.runName, "by tag");
      await client.renameRun(info.runId, "by name");
      assert.equal((await client.getRun(info.runId)).data.tags["mlflow.runName"], "by name");
    });

    test("odd metric values and keys come back as they were", async () => {
      const { info } = await start();
      const values = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        -0,
        1e-300,
        0.1 + 0.2,
        5e-324,
        1.7976931348623157e308,
      ];
      const keys = [
        "a/b.c",
        "précision",
        "RMSE",
        "rmse",
        "with blank",
        "con",
        "__proto__",
        "x".repeat(250),
        `${"Y".repeat(249)}z`,
      ];
      for (const key of keys) {
        for (const [step, value] of values.entries())
          await client.logMetric(info.runId, key, value, { step: step - 4, timestamp: 7 });
      }
      await client.endRun(info.runId);
      const run = await client.getRun(info.runId);
      assert.deepEqual(Object.keys(run.data.metrics).sort(), [...keys].sort());
      for (const key of keys) {
        const history = await client.getMetricHistory(info.runId, key);
        assert.deepEqual(
          history,
          values.map((value, step) => ({ value, step: step - 4, timestamp: 7 })),
        );
        const summary = run.metricSummaries[key];
        assert.equal(summary?.count, values.length);
        assert.equal(summary?.min?.value, -0);
        assert.equal(summary?.max?.value, 1.7976931348623157e308);
      }
    });

    test("arrays, objects, BigInts and series are logged in one call", async () => {
      const { info } = await start();
      await client.logMetric(info.runId, "loss", new Float32Array([3, 2, 1]), { step: 10 });
      await client.logMetrics(info.runId, { count: 7n, score: { train: 1, test: 0.5 } }, { step: 2 });
      await client.logMetrics(info.runId, [{ key: "late", value: 1, step: 5, timestamp: 1 }]);
      const { metrics } = (await client.getRun(info.runId)).data;
      assert.deepEqual(metrics, { loss: 1, count: 7, "score/train": 1, "score/test": 0.5, late: 1 });
      const history = await client.getMetricHistory(info.runId, "loss");
      assert.deepEqual(
        history.map(({ step, value }) => [step, value]),
        [
          [10, 3],
          [11, 2],
          [12, 1],
        ],
      );
    });

    test("MLflow's limits hold", async () => {
      const { runId } = (await start()).info;
      const bad = (key: string) => assert.throws(() => client.logMetric(runId, key, 1), is("INVALID_PARAMETER_VALUE"));
      for (const key of ["", "a//b", "../x", "/x", ".", "a/./b", "a;b", "a\nb", "x".repeat(251)]) bad(key);
      const notANumber = [true, "0.3", undefined, null] as unknown as number[];
      for (const value of notANumber)
        assert.throws(() => client.logMetric(runId, "a", value), is("INVALID_PARAMETER_VALUE"));
      assert.throws(
        () => client.logMetric(runId, "a", 1, { timestamp: -1 }),
        is("INVALID_PARAMETER_VALUE", /timestamp/),
      );
      assert.throws(() => client.logMetric(runId, "a", 1, { step: 0.5 }), is("INVALID_PARAMETER_VALUE", /step/));
      await client.logParam(runId, "long", "p".repeat(7000));
      assert.equal((await client.getRun(runId)).data.params.long?.length, 6000);
      await assert.rejects(client.createExperiment("  "), is("INVALID_PARAMETER_VALUE"));
      await assert.rejects(client.createExperiment("n".repeat(501)), is("INVALID_PARAMETER_VALUE"));
      await assert.rejects(client.searchRuns({ experimentIds: ["0"], maxResults: 0 }), is("INVALID_PARAMETER_VALUE"));
    });

    test("a deleted run takes no values, is hidden, and comes back whole", async () => {
      const { runId } = (await start({ runName: "gone" })).info;
      await client.logMetric(runId, "a", 1);
      await client.deleteRun(runId);
      assert.throws(
        () => client.logMetric(runId, "a", 2),
        is("INVALID_PARAMETER_VALUE", /must be in the 'active' state/),
      );
      assert.throws(
        () => client.logParam(runId, "a", 2),
        is("INVALID_PARAMETER_VALUE", /must be in the 'active' state/),
      );
      const search = (viewType: "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL") =>
        client.searchRuns({ experimentIds: ["0"], filterString: "run_name = 'gone'", viewType });
      assert.equal((await search("ACTIVE_ONLY")).length, 0);
      assert.equal((await search("DELETED_ONLY")).length, 1);
      await client.restoreRun(runId);
      assert.equal((await search("ACTIVE_ONLY"))[0]?.data.metrics.a, 1);
    });

    test("a finished run takes values, and can go on", async () => {
      const { runId } = (await start()).info;
      await client.endRun(runId, "FAILED", "Error: no");
      await client.logMetric(runId, "late", 1);
      assert.equal((await client.getRun(runId)).data.tags["runlab.end_reason"], "Error: no");
      await client.updateRun(runId, "RUNNING");
      const run = await client.getRun(runId);
      assert.equal(run.info.status, "RUNNING");
      assert.equal(run.info.endTime, undefined);
      assert.equal(run.data.metrics.late, 1);
      await client.endRun(runId);
    });

    test("search filters, orders and pages; a page is not shifted by new runs", async () => {
      const id = await client.createExperiment("search");
      for (let index = 0; index < 25; index++) {
        const { runId } = (await client.createRun(id, { runName: `r${index}`, startTime: index })).info;
        await client.logParam(runId, "k", index % 5);
        await client.logMetric(runId, "m", index);
        await client.endRun(runId);
      }
      const query = {
        experimentIds: [id],
        filterString: "params.k > 1 AND metrics.m < 24",
        orderBy: ["metrics.m DESC"],
        maxResults: 4,
      };
      const first = await client.searchRuns(query);
      assert.deepEqual(
        first.map((run) => run.data.metrics.m),
        [23, 22, 19, 18],
      );
      const { runId } = (await client.createRun(id, { startTime: 100 })).info;
      await client.logParam(runId, "k", 4);
      await client.logMetric(runId, "m", 23.5);
      const next = await client.searchRuns({ ...query, pageToken: first.nextPageToken ?? "" });
      assert.deepEqual(
        next.map((run) => run.data.metrics.m),
        [17, 14, 13, 12],
      );
      const all: number[] = [];
      for (let token: string | undefined = ""; token !== undefined; ) {
        const page: Awaited<ReturnType<typeof client.searchRuns>> = await client.searchRuns({
          ...query,
          pageToken: token,
        });
        all.push(...page.map((run) => run.data.metrics.m ?? -1));
        token = page.nextPageToken;
      }
      assert.equal(all.length, 15);
      const other = { ...query, orderBy: [], pageToken: first.nextPageToken ?? "" };
      await assert.rejects(client.searchRuns(other), is("INVALID_PARAMETER_VALUE", /another search/));
      await assert.rejects(
        client.searchRuns({ ...query, pageToken: "x" }),
        is("INVALID_PARAMETER_VALUE", /page token/),
      );
    });

    test("inputs and outputs are kept, once each", async () => {
      const { runId } = (await start()).info;
      const input = { name: "cars", data: [{ mpg: 18 }, { mpg: 15 }], source: "cars.json", context: "training" };
      await client.logInput(runId, input);
      await client.logInput(runId, input);
      await client.logOutputs(runId, [{ modelId: "m-1", step: 0 }]);
      await client.endRun(runId);
      const { inputs, outputs } = await client.getRun(runId);
      assert.equal(inputs.datasetInputs.length, 1);
      const [found] = inputs.datasetInputs;
      assert.equal(found?.dataset.profile, '{"num_rows":2,"num_elements":2}');
      assert.match(found?.dataset.digest ?? "", /^[0-9a-f]{8}$/);
      assert.equal(found?.tags["mlflow.data.context"], "training");
      assert.deepEqual(outputs.modelOutputs, [{ modelId: "m-1", step: 0 }]);
      const byData = await client.searchRuns({ experimentIds: ["0"], filterString: "datasets.name = 'cars'" });
      assert.deepEqual(
        byData.map((run) => run.info.runId),
        [runId],
      );
    });

    test("a dataset's schema has MLflow's types, and its digest is that of the data", async () => {
      const { runId } = (await start()).info;
      const data = { n: [1, 2], x: [1, 2.5], s: ["a", null], b: [true, false], big: [1n, 2n], mixed: [1, "a"] };
      await client.logInput(runId, { name: "typed", data });
      await client.logInput(runId, { name: "other", data: { ...data, n: [1, 3] } });
      const [typed, other] = (await client.getRun(runId)).inputs.datasetInputs;
      const { mlflow_colspec } = JSON.parse(typed?.dataset.schema ?? "{}");
      assert.deepEqual(
        mlflow_colspec.map((column: { name: string; type: string; required: boolean }) =>
          Object.values(column).join(" "),
        ),
        ["long n true", "double x true", "string s false", "boolean b true", "long big true", "any mixed true"],
      );
      assert.notEqual(typed?.dataset.digest, other?.dataset.digest);
      assert.equal(typed?.dataset.profile, '{"num_rows":2,"num_elements":12}');
    });

    test("a picture goes under a file's name, or under a key and a step", async () => {
      const { runId } = (await start()).info;
      const png = Buffer.from("iVBORw0KGgoAAAANSUhEUg==", "base64");
      await client.logImage(runId, png, "a.png");
      await client.logImage(runId, png, { key: "val/sample", step: 3, timestamp: 17 });
      const [file] = await client.listArtifacts(runId, "images");
      assert.match(file?.path ?? "", /^images\/val#sample%step%3%timestamp%17%[0-9a-f-]{36}\.png$/);
      assert.deepEqual(Buffer.from(await store.readArtifact(runId, file?.path ?? "")), png);
      assert.equal((await client.getRun(runId)).data.tags["mlflow.loggedImages"], "true");
      await assert.rejects(client.logImage(runId, png, { key: "a", step: 0.5 }), is("INVALID_PARAMETER_VALUE", /step/));
      await assert.rejects(client.logImage(runId, "aGVsbG8=", { key: "a" }), is("INVALID_PARAMETER_VALUE", /no PNG/));
    });

    test("the runs inside a run are found by their parent", async () => {
      const parent = (await start({ runName: "parent" })).info.runId;
      const tags = { "mlflow.parentRunId": parent };
      const children = [await start({ tags }), await start({ tags })].map(({ info }) => info.runId).sort();
      const found = await client.searchRuns({
        experimentIds: ["0"],
        filterString: `tags.\`mlflow.parentRunId\` = '${parent}'`,
      });
      assert.deepEqual(found.map(({ info }) => info.runId).sort(), children);
      const roots = await client.searchRuns({
        experimentIds: ["0"],
        filterString: "tags.`mlflow.parentRunId` IS NULL AND run_name = 'parent'",
      });
      assert.deepEqual(
        roots.map(({ info }) => info.runId),
        [parent],
      );
    });

    test("artifacts are written, listed, read and copied out", async () => {
      const { runId } = (await start()).info;
      await writeFile(join(folder, "local.txt"), "local");
      await client.logArtifact(runId, join(folder, "local.txt"), "in/here");
      await client.logText(runId, "häßlich", "note.txt");
      await client.logDict(runId, { a: [1, Number.NaN] }, "in/value.json");
      await client.logTable(runId, [{ x: 1 }, { x: 2, y: "b" }], "table.json");
      await client.logTable(runId, { x: [3], z: [true] }, "table.json");
      assert.deepEqual(await client.listArtifacts(runId), [
        { path: "in", isDir: true },
        { path: "note.txt", isDir: false, fileSize: 9 },
        { path: "table.json", isDir: false, fileSize: (await store.readArtifact(runId, "table.json")).length },
      ]);
      assert.deepEqual(
        (await client.listArtifacts(runId, "in")).map((file) => file.path),
        ["in/here", "in/value.json"],
      );
      assert.deepEqual(await client.listArtifacts(runId, "note.txt"), []);
      const table: unknown = JSON.parse(Buffer.from(await store.readArtifact(runId, "table.json")).toString());
      assert.deepEqual(table, {
        columns: ["x", "y", "z"],
        data: [
          [1, null, null],
          [2, "b", null],
          [3, null, true],
        ],
      });
      const copy = await client.downloadArtifacts(runId, "in", join(folder, "out"));
      assert.equal(await readFile(join(copy, "here", "local.txt"), "utf8"), "local");
      await assert.rejects(store.readArtifact(runId, "none.txt"), is("RESOURCE_DOES_NOT_EXIST", /none\.txt/));
    });

    test("an artifact's name may be what a file system takes: HTML, emoji, 255 bytes; more is refused with its length", async () => {
      const { runId } = (await start()).info;
      const names = ["<b>a.txt", "\u{1F600} ü.txt", "a b'\"&?#%.txt", ".hidden", "n".repeat(255), "ü".repeat(127)];
      for (const name of names) await client.logText(runId, name, `in/${name}`);
      const listed = (await client.listArtifacts(runId, "in")).map(({ path }) => path);
      assert.deepEqual(new Set(listed), new Set(names.map((name) => `in/${name}`)));
      for (const name of names) {
        assert.equal(Buffer.from(await store.readArtifact(runId, `in/${name}`)).toString(), name);
      }
      for (const name of ["n".repeat(300), "ü".repeat(128), "\u{1F600}".repeat(64)]) {
        const bytes = Buffer.byteLength(name);
        const refused = is("INVALID_PARAMETER_VALUE", new RegExp(`has ${bytes} bytes, and file systems take 255`));
        await assert.rejects(client.logText(runId, "x", `in/${name}`), refused);
      }
    });

    test("artifact paths that leave the run are refused", async () => {
      const { runId } = (await start()).info;
      for (const path of ["../x", "a/../../x", "/etc/passwd", "", ".", "a\\..\\x", "C:/x", "a\0b"]) {
        await assert.rejects(client.logText(runId, "x", path), is("INVALID_PARAMETER_VALUE", /artifact path/));
      }
      await assert.rejects(client.logArtifact(runId, join(folder, "absent")), is("RESOURCE_DOES_NOT_EXIST", /absent/));
    });
  });
}

/** A check for `assert.throws` and `assert.rejects`. */
export function is(code: string, message?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TrackingError, `not a TrackingError: ${String(error)}`);
    assert.equal(error.code, code);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };
}
