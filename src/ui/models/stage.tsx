import { useState } from "preact/hooks";
import type { ModelVersionJson } from "../../server/page/page-json.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";

/** MLflow's stages. @see modelStages in src/tracking/registry.ts */
const stages = ["None", "Staging", "Production", "Archived"] as const;

/** The stage of a version; nothing for one that is in none. */
export function StageMark({ stage }: { stage: string }) {
  return stage === "None" ? null : <span class={`stage ${stage.toLowerCase()}`}>{stage}</span>;
}

/** Chooses the stage of a version; where others are in it already, asks what becomes of them. */
export function StageChooser({
  name,
  version: { version, stage },
  versions,
  disabled,
  changed,
}: {
  name: string;
  version: ModelVersionJson;
  versions: readonly ModelVersionJson[];
  disabled: boolean;
  changed(): void;
}) {
  const { toast } = useServices();
  const [wanted, setWanted] = useState<string>();
  const [archive, setArchive] = useState(true);
  const others = versions.filter((one) => one.stage === wanted && one.version !== version);
  const move = async (to: string, archiveOthers: boolean) => {
    await mlflow.setStage(name, version, to, archiveOthers);
    toast({
      text: to === "None" ? `Version ${version} is in no stage.` : `Version ${version} is in ${to}.`,
      // Versions that were archived on the way stay so: it is said before.
      undo: async () => {
        await mlflow.setStage(name, version, stage, false).catch(problem);
        changed();
      },
    });
    changed();
  };
  const problem = (error: Error) => toast({ text: error.message, bad: true });
  const choose = (to: string) => {
    const crowded = to !== "None" && to !== "Archived" && versions.some((one) => one.stage === to);
    if (crowded) setWanted(to);
    else void move(to, false).catch(problem);
  };
  return (
    <>
      <select
        aria-label="Stage"
        value={stage}
        disabled={disabled}
        onChange={(event) => {
          const to = event.currentTarget.value;
          // It shows what is so, until it is changed.
          event.currentTarget.value = stage;
          choose(to);
        }}
      >
        {stages.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      {wanted !== undefined && (
        <ConfirmDialog
          title={`Move version ${version} to ${wanted}`}
          action="Move"
          close={() => setWanted(undefined)}
          confirm={() => move(wanted, archive)}
        >
          <p>
            {others.length === 1 ? "Version" : "Versions"} {others.map((one) => one.version).join(", ")}{" "}
            {others.length === 1 ? "is" : "are"} in {wanted} now.
          </p>
          <label class="check">
            <input type="checkbox" checked={archive} onChange={(event) => setArchive(event.currentTarget.checked)} />
            Archive {others.length === 1 ? "it" : "them"}
          </label>
        </ConfirmDialog>
      )}
    </>
  );
}
