import {
  anything,
  count,
  type Flaw,
  inside,
  list,
  object,
  optional,
  record,
  type TypeOf,
  text,
  textLike,
  time,
} from "../../schema.js";
import { experimentFromJson, experimentToJson } from "../../tracking/mlflow-json.js";
import type { Experiment } from "../../tracking/types.js";
import { isExperimentId } from "./layout.js";
import { stageSchema } from "./run-codec.js";

/** `experiments.json`, as far as it takes to look at its entries one by one. */
export const experimentsSchema = object({
  experiments: list(anything),
  /** The highest number ever given. */
  last_experiment_id: optional(anything),
});
export type ExperimentsDocument = TypeOf<typeof experimentsSchema>;

const entrySchema = object({
  experiment_id: textLike(`a whole number up to ${Number.MAX_SAFE_INTEGER} in digits`, isExperimentId),
  name: text,
  lifecycle_stage: stageSchema,
  creation_time: time,
  last_update_time: time,
  tags: optional(record(text)),
  /** Only when it was chosen; else it is the experiment's folder, wherever the store is. */
  artifact_location: optional(text),
});

type ExperimentDocument = TypeOf<typeof entrySchema>;

/** As it is written. */
export const wholeExperimentsSchema = object({ experiments: list(entrySchema), last_experiment_id: count });

/** What a document tells, entry by entry. */
export interface ToldExperiments {
  experiments: Experiment[];
  /** The highest number ever given, as the document says. */
  lastId: number;
  /** What in the document is not as it should be. */
  flaws: Flaw[];
  /** Whether there is an entry that could not be used. */
  incomplete: boolean;
}

/** @param locate - the folder of an experiment */
export function fromExperimentsDocument(
  { experiments: entries, last_experiment_id: last }: ExperimentsDocument,
  locate: (experimentId: string) => string,
): ToldExperiments {
  const told: ToldExperiments = { experiments: [], lastId: 0, flaws: [], incomplete: false };
  const ids = new Set<string>();
  for (const [at, found] of entries.entries()) {
    const path = `experiments[${at}]`;
    const flaw = entrySchema.find(found) ?? repeatedId(found as ExperimentDocument, ids);
    if (flaw !== undefined) {
      told.flaws.push(inside(path, flaw));
      told.incomplete = true;
      continue;
    }
    const entry = found as ExperimentDocument;
    ids.add(entry.experiment_id);
    const [added] = addExperiments(told.experiments, [toExperiment(entry, locate)]);
    if (added?.name === entry.name) continue;
    told.flaws.push({ path: `${path}.name`, expected: "a unique name", found: JSON.stringify(entry.name) });
  }
  const flaw = last === undefined ? undefined : count.find(last);
  if (flaw !== undefined) told.flaws.push(inside("last_experiment_id", flaw));
  else told.lastId = Number(last ?? 0);
  return told;
}

/** Adds those whose id the list does not have, under a name that it does not have. @returns what was added */
export function addExperiments(list: Experiment[], more: readonly Experiment[]): Experiment[] {
  const ids = new Set(list.map(({ experimentId }) => experimentId));
  const names = new Set(list.map(({ name }) => name));
  return more.flatMap((experiment) => {
    const { experimentId } = experiment;
    if (ids.has(experimentId)) return [];
    let { name } = experiment;
    while (names.has(name)) name = `${name} (${experimentId})`;
    const added = { ...experiment, name };
    list.push(added);
    ids.add(experimentId);
    names.add(name);
    return [added];
  });
}

/** @param lastId - the highest number that was given, so far as is known besides the experiments' own */
export function toExperimentsDocument(
  experiments: readonly Experiment[],
  lastId: number,
  locate: (experimentId: string) => string,
): ExperimentsDocument {
  return {
    last_experiment_id: Math.max(lastId, ...experiments.map(({ experimentId }) => Number(experimentId))),
    experiments: experiments.map((experiment): ExperimentDocument => {
      const { artifact_location, tags: _, ...fields } = experimentToJson(experiment);
      const isChosen = artifact_location !== locate(experiment.experimentId);
      return { ...fields, tags: experiment.tags, ...(isChosen && { artifact_location }) };
    }),
  };
}

function repeatedId({ experiment_id }: ExperimentDocument, ids: ReadonlySet<string>): Flaw | undefined {
  if (!ids.has(experiment_id)) return undefined;
  return { path: "experiment_id", expected: "a unique id", found: `'${experiment_id}'` };
}

function toExperiment(
  { tags = {}, ...fields }: ExperimentDocument,
  locate: (experimentId: string) => string,
): Experiment {
  return { ...experimentFromJson(fields, locate(fields.experiment_id)), tags };
}
