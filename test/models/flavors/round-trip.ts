import assert from "node:assert/strict";
import { loadModel } from "../../../src/models/load-model.js";
import { type LogModelOptions, logModel, type ModelInfo } from "../../../src/models/log-model.js";
import type { TrackingSession } from "../../../src/tracking/session.js";

/** Logs a model, loads it again, and predicts. */
export async function roundTrip(
  session: TrackingSession,
  model: unknown,
  data: unknown,
  options: LogModelOptions = {},
): Promise<{ info: ModelInfo; flavor: string; predicted: unknown }> {
  const info = await logModel(session, model, {
    name: `m${Math.round(performance.now() * 1e3)}`,
    inputExample: data,
    ...options,
  });
  const loaded = await loadModel(session, info.modelUri);
  const predicted = await loaded.predict(data);
  await loaded.dispose();
  return { info, flavor: loaded.flavor, predicted };
}

/** A list of numbers, each within 1e-5 of what is expected: float32 of another library. */
export function close(actual: unknown, expected: readonly number[]): void {
  assert.ok(Array.isArray(actual));
  assert.equal(actual.length, expected.length);
  expected.forEach((value, at) => {
    assert.ok(Math.abs(Number(actual[at]) - value) < 1e-5, `${actual[at]} is not ${value}`);
  });
}
