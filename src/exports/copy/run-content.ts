import { createHash } from "node:crypto";
import type { TrackingClient } from "../../tracking/client.js";
import type { MetricPoint, Run } from "../../tracking/types.js";

/** What a run holds, each part by its name for a person, as a text or a digest: equal parts have equal values. */
export type RunContent = Map<string, string>;

/** What a store cannot keep as it was given, by the names of its `differences`. */
export type Unkept = Readonly<Record<string, string>>;

/** Tags that copying sets, or changes. */
export const copyTags = { unfinished: "runlab.copying", origin: "runlab.copied_from" } as const;

/**
 * Everything of a run but its files.
 * @param unkept - what the store that it is compared with cannot keep: it counts as equal
 * @param idOf - the id that a run or a model of the source has in the copy
 */
export async function runContent(
  client: TrackingClient,
  run: Run,
  unkept: Unkept,
  idOf: (id: string) => string = (id) => id,
): Promise<RunContent> {
  const { info, data, inputs, outputs } = run;
  const content: RunContent = new Map([
    ["name", info.runName],
    ["user", info.userId],
    ["status", info.status],
    ["start time", String(info.startTime)],
    ["end time", String(info.endTime)],
  ]);
  for (const [key, value] of Object.entries(data.params)) content.set(`param '${key}'`, value);
  for (const [key, value] of Object.entries(data.tags)) {
    if (key === copyTags.unfinished || key === copyTags.origin) continue;
    content.set(`tag '${key}'`, key === "mlflow.parentRunId" ? idOf(value) : value);
  }
  for (const key of Object.keys(data.metrics)) {
    content.set(`history of '${key}'`, historyDigest(await client.getMetricHistory(info.runId, key), unkept));
  }
  for (const { dataset, tags } of inputs.datasetInputs) {
    content.set(
      `dataset '${dataset.name}' (${dataset.digest})`,
      JSON.stringify([dataset, Object.entries(tags).sort()]),
    );
  }
  for (const { modelId, step } of outputs.modelOutputs) content.set(`model ${idOf(modelId)} of step ${step}`, "");
  return content;
}

/** The first part in which a copy differs; undefined when it is equal. */
export function firstDifference(source: RunContent, copy: RunContent): string | undefined {
  for (const name of new Set([...source.keys(), ...copy.keys()])) {
    if (source.get(name) !== copy.get(name)) return name;
  }
  return undefined;
}

function historyDigest(points: readonly MetricPoint[], unkept: Unkept): string {
  let rows = points.map(({ step, timestamp, value }) => `${step} ${timestamp} ${keptValue(value, unkept)}`);
  if (Object.hasOwn(unkept, "duplicatePoints")) rows = [...new Set(rows)];
  if (Object.hasOwn(unkept, "historyOrder")) rows.sort();
  return `${rows.length} points, ${createHash("sha256").update(rows.join("\n")).digest("hex")}`;
}

function keptValue(value: number, unkept: Unkept): string {
  if (!Object.hasOwn(unkept, "infinities")) return Object.is(value, -0) ? "-0" : String(value);
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return String(Math.sign(value) * Number.MAX_VALUE);
  return String(value);
}

/** The points of a history that a copy does not have yet, in their order; of equal ones as many as are missing. */
export function missingPoints(
  source: readonly MetricPoint[],
  copy: readonly MetricPoint[],
  unkept: Unkept,
): MetricPoint[] {
  const name = ({ step, timestamp, value }: MetricPoint) => `${step} ${timestamp} ${keptValue(value, unkept)}`;
  const there = new Map<string, number>();
  for (const point of copy) there.set(name(point), (there.get(name(point)) ?? 0) + 1);
  return source.filter((point) => {
    const count = there.get(name(point)) ?? 0;
    if (count === 0) return true;
    // A store that keeps one of equal points has them all.
    if (!Object.hasOwn(unkept, "duplicatePoints")) there.set(name(point), count - 1);
    return false;
  });
}
