import assert from "node:assert/strict";
import { test } from "node:test";
import type { StorePlace } from "./store-place.js";

/** What every store promises of the datasets and models of a run. */
export function inputsConformance(place: StorePlace): void {
  test("inputs and outputs are kept, once each", async () => {
    const { runId } = (await place.startRun()).info;
    const input = { name: "cars", data: [{ mpg: 18 }, { mpg: 15 }], source: "cars.json", context: "training" };
    await place.client.logInput(runId, input);
    await place.client.logInput(runId, input);
    await place.client.logOutputs(runId, [{ modelId: "m-1", step: 0 }]);
    await place.client.endRun(runId);
    const { inputs, outputs } = await place.client.getRun(runId);
    assert.equal(inputs.datasetInputs.length, 1);
    const [found] = inputs.datasetInputs;
    assert.equal(found?.dataset.profile, '{"num_rows":2,"num_elements":2}');
    assert.match(found?.dataset.digest ?? "", /^[0-9a-f]{8}$/);
    assert.equal(found?.tags["mlflow.data.context"], "training");
    assert.deepEqual(outputs.modelOutputs, [{ modelId: "m-1", step: 0 }]);
    const byData = await place.client.searchRuns({ experimentIds: ["0"], filterString: "datasets.name = 'cars'" });
    assert.deepEqual(
      byData.map((run) => run.info.runId),
      [runId],
    );
  });

  test("a dataset's schema has MLflow's types, and its digest is that of the data", async () => {
    const { runId } = (await place.startRun()).info;
    const data = { n: [1, 2], x: [1, 2.5], s: ["a", null], b: [true, false], big: [1n, 2n], mixed: [1, "a"] };
    await place.client.logInput(runId, { name: "typed", data });
    await place.client.logInput(runId, { name: "other", data: { ...data, n: [1, 3] } });
    const [typed, other] = (await place.client.getRun(runId)).inputs.datasetInputs;
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
}
