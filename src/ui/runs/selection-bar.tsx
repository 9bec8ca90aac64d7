import type { RunJson } from "../../server/page/page-json.js";
import { denial } from "../access/access.js";
import { Icon } from "../parts/icon.js";
import { forEach, mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";
import { mostCompared } from "./runs-reading.js";

/** What can be done with the runs that are selected. */
export function SelectionBar({
  runs,
  deleted,
  baseline,
  setBaseline,
  clear,
  compare,
  again,
}: {
  runs: readonly RunJson[];
  /** The runs that are shown are deleted ones. */
  deleted: boolean;
  baseline: RunJson | undefined;
  setBaseline(id: string | undefined): void;
  clear(): void;
  compare(): void;
  /** Reads the runs again. */
  again(): void;
}) {
  const { toast, experiments } = useServices();
  const levels = new Map(experiments.value?.experiments.map(({ id, level }) => [id, level]));
  const denied = runs.map((run) => denial(levels.get(run.experiment), "write", "this experiment")).find(Boolean);
  const [only] = runs;
  const count = runs.length === 1 ? `the run ${only?.name}` : `${runs.length.toLocaleString("en-US")} runs`;
  const restore = async () => {
    await forEach(runs, ({ id }) => mlflow.restoreRun(id));
    again();
  };
  const act = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      toast({ text: (error as Error).message, bad: true });
    }
    again();
  };
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selected runs">
      <span class="selection-count">{runs.length.toLocaleString("en-US")} selected</span>
      {runs.length === 1 && !deleted && (
        <button
          type="button"
          class="button"
          onClick={() => setBaseline(only?.id === baseline?.id ? undefined : only?.id)}
        >
          <Icon name="star" /> {only?.id === baseline?.id ? "No baseline" : "Set as baseline"}
        </button>
      )}
      {runs.length > 1 && !deleted && (
        <button
          type="button"
          class="button primary"
          disabled={runs.length > mostCompared}
          title={runs.length > mostCompared ? `At most ${mostCompared} runs can be compared.` : undefined}
          onClick={compare}
        >
          <Icon name="compare" /> Compare
        </button>
      )}
      {deleted ? (
        <button
          type="button"
          class="button"
          disabled={denied !== undefined}
          title={denied}
          onClick={() =>
            void act(async () => {
              await restore();
              clear();
              toast({ text: `Restored ${count}.` });
            })
          }
        >
          <Icon name="restore" /> Restore
        </button>
      ) : (
        <button
          type="button"
          class="button danger"
          disabled={denied !== undefined}
          title={denied}
          onClick={() =>
            void act(async () => {
              await forEach(runs, ({ id }) => mlflow.deleteRun(id));
              clear();
              toast({ text: `Deleted ${count}.`, undo: restore });
            })
          }
        >
          <Icon name="trash" /> Delete
        </button>
      )}
      <button type="button" class="button plain" onClick={clear}>
        Clear
      </button>
    </div>
  );
}
