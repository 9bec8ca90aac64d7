import { get, post, send } from "./ask.js";

/** MLflow's own routes, in the words of the page. */
export const mlflow = {
  createExperiment: (name: string) => post<{ experiment_id: string }>("mlflow", "experiments/create", { name }),
  renameExperiment: (experiment_id: string, new_name: string) =>
    post("mlflow", "experiments/update", { experiment_id, new_name }),
  deleteExperiment: (experiment_id: string) => post("mlflow", "experiments/delete", { experiment_id }),
  restoreExperiment: (experiment_id: string) => post("mlflow", "experiments/restore", { experiment_id }),
  setExperimentTag: (experiment_id: string, key: string, value: string) =>
    post("mlflow", "experiments/set-experiment-tag", { experiment_id, key, value }),
  deleteExperimentTag: (experiment_id: string, key: string) =>
    post("mlflow", "experiments/delete-experiment-tag", { experiment_id, key }),
  deleteRun: (run_id: string) => post("mlflow", "runs/delete", { run_id }),
  restoreRun: (run_id: string) => post("mlflow", "runs/restore", { run_id }),
  renameRun: (run_id: string, run_name: string) => post("mlflow", "runs/update", { run_id, run_name }),
  setTag: (run_id: string, key: string, value: string) => post("mlflow", "runs/set-tag", { run_id, key, value }),
  deleteTag: (run_id: string, key: string) => post("mlflow", "runs/delete-tag", { run_id, key }),
  createModel: (name: string) => post("mlflow", "registered-models/create", { name }),
  renameModel: (name: string, new_name: string) => post("mlflow", "registered-models/rename", { name, new_name }),
  describeModel: (name: string, description: string) =>
    send("PATCH", "mlflow", "registered-models/update", { name, description }),
  deleteModel: (name: string) => send("DELETE", "mlflow", "registered-models/delete", { name }),
  setModelTag: (name: string, key: string, value: string) =>
    post("mlflow", "registered-models/set-tag", { name, key, value }),
  deleteModelTag: (name: string, key: string) =>
    send("DELETE", "mlflow", "registered-models/delete-tag", { name, key }),
  setAlias: (name: string, alias: string, version: string) =>
    post("mlflow", "registered-models/alias", { name, alias, version }),
  deleteAlias: (name: string, alias: string) => send("DELETE", "mlflow", "registered-models/alias", { name, alias }),
  createVersion: (name: string, model_id: string, run_id: string) =>
    post<{ model_version: { version: string } }>("mlflow", "model-versions/create", {
      name,
      source: `models:/${model_id}`,
      model_id,
      run_id,
    }),
  describeVersion: (name: string, version: string, description: string) =>
    send("PATCH", "mlflow", "model-versions/update", { name, version, description }),
  deleteVersion: (name: string, version: string) =>
    send("DELETE", "mlflow", "model-versions/delete", { name, version }),
  setVersionTag: (name: string, version: string, key: string, value: string) =>
    post("mlflow", "model-versions/set-tag", { name, version, key, value }),
  deleteVersionTag: (name: string, version: string, key: string) =>
    send("DELETE", "mlflow", "model-versions/delete-tag", { name, version, key }),
  setStage: (name: string, version: string, stage: string, archive_existing_versions: boolean) =>
    post("mlflow", "model-versions/transition-stage", { name, version, stage, archive_existing_versions }),
  getRun: (run_id: string, signal?: AbortSignal) => get<object>("mlflow", "runs/get", { run_id }, signal),
};

/** Does one thing for each of many, a few at a time. @throws the first error, when all have been tried */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const errors: unknown[] = [];
  const worker = async () => {
    for (const item of left) await work(item).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  if (errors.length > 0) throw errors[0];
}
