import { mlflow } from "../server/mlflow.js";
import type { Toast } from "../services.js";

/** MLflow's tag of the text about an experiment or a run. */
export const noteTag = "mlflow.note.content";

/** @returns its id */
export async function createExperiment(name: string): Promise<string> {
  return (await mlflow.createExperiment(name)).experiment_id;
}

/** Deletes an experiment and says so, with the way back. */
export async function deleteExperiment(
  { id, name }: { id: string; name: string },
  toast: (toast: Toast) => void,
  done: () => void,
): Promise<void> {
  try {
    await mlflow.deleteExperiment(id);
    toast({
      text: `Deleted ${name} with its runs.`,
      undo: async () => {
        await mlflow.restoreExperiment(id);
        done();
      },
    });
    done();
  } catch (error) {
    toast({ text: (error as Error).message, bad: true });
  }
}

/** Tags that people set; those of MLflow and runlab have places of their own. */
export function userTags(tags: Readonly<Record<string, string>>): Array<[string, string]> {
  return Object.entries(tags).filter(([key]) => !key.startsWith("mlflow.") && !key.startsWith("runlab."));
}
