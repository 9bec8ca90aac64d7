export interface CopyDifference {
  /** For a person: a line of docs/mlflow.md. */
  says: string;
  /** In which parts of a store it shows; none where a client cannot see it. */
  parts: readonly string[];
}

/**
 * What a copy of a store is not given, whichever stores they are, in one place: docs/mlflow.md lists it, and the tests of copying take
 * no other difference. What a single store cannot keep it declares itself, in `differences`; a copy is compared with both in mind.
 */
export const copyDifferences = {
  deleted: {
    says: "Deleted runs, experiments, models and versions are not copied.",
    parts: ["deleted experiment", "deleted run"],
  },
  times: {
    says: "Experiments, models and registered versions are as old as their copy; runs and points keep their times.",
    parts: [
      "experiment creationTime",
      "model creationTimestamp",
      "registered model creationTimestamp",
      "version creationTimestamp",
    ],
  },
  experimentIds: {
    says: "Experiments get ids of the other store, and are found there by their names.",
    parts: ["experiment id"],
  },
  modelsWithoutRun: {
    says: "A model of MLflow's that no run has logged is left out, and named.",
    parts: ["model without a run"],
  },
  versionUsers: { says: "On a tracking server registered versions have no user.", parts: ["version userId"] },
  modelVersions: {
    says: "A tracking server notes on a logged model which versions it has become, as the tag `mlflow.modelVersions`.",
    parts: ["model tag mlflow.modelVersions"],
  },
  workspaces: { says: "Of a database of MLflow's the workspace `default` is read.", parts: [] },
  others: { says: "MLflow's traces, prompts, webhooks and the like are not copied.", parts: [] },
} as const satisfies Record<string, CopyDifference>;

/** The parts in which that shows which a store declares itself, by its name there. */
export const partsOfStoreDifferences: Readonly<Record<string, readonly string[]>> = {
  infinities: ["infinite values"],
  duplicatePoints: ["repeated points"],
  historyOrder: ["order of points"],
  summaries: ["metric summary"],
  givenIds: ["run id", "run origin", "model id"],
};
