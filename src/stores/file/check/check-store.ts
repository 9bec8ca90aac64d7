import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { TrackingError } from "../../../errors.js";
import { ExperimentsFile } from "../experiments-file.js";
import type { FoldContext } from "../fold-run.js";
import { StoreLayout } from "../layout.js";
import { ModelsFile } from "../models-file.js";
import { nodeDisk } from "../node-disk.js";
import { thisProcess } from "../owner.js";
import { OwnerStates } from "../owner-states.js";
import { isRunId } from "../run-catalog.js";
import type { StoreProblem } from "./problem.js";
import { checkRun } from "./run-problems.js";
import { checkShared, experimentFolders } from "./shared-documents.js";

/** A temporary file this old is one that its process left behind, ms. */
const abandonedMs = 3_600_000;

export interface StoreReport {
  experiments: number;
  runs: number;
  problems: StoreProblem[];
}

/**
 * Looks at every document of a store and says what is wrong. Nothing is changed until a problem's `mend.work` is called.
 * Processes may use the store meanwhile.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when there is no such folder
 */
export function checkStore(folder: string): StoreReport {
  if (!existsSync(folder)) throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no store at '${folder}'.`);
  const layout = new StoreLayout(folder);
  const disk = nodeDisk();
  const self = thisProcess();
  const context: FoldContext = { disk, self, owners: new OwnerStates(layout, self) };
  const experiments = new ExperimentsFile(layout, context);
  const models = new ModelsFile(layout, context, experiments);
  const problems = checkShared(layout, { experiments, models });
  problems.push(...abandoned(folder));
  let runs = 0;
  const folders = experimentFolders(layout);
  for (const experimentId of folders) {
    problems.push(...abandoned(layout.experiment(experimentId), folder));
    for (const runId of readdirSync(layout.experiment(experimentId)).filter(isRunId)) {
      const run = layout.run(experimentId, runId);
      if (!statSync(run.folder).isDirectory() || !looksLikeRun(run.folder)) continue;
      runs++;
      problems.push(...checkRun({ store: layout, experimentId, runId }, context), ...abandoned(run.folder, folder));
    }
  }
  return { experiments: folders.length, runs, problems };

  function abandoned(inside: string, root = inside): StoreProblem[] {
    return readdirSync(inside)
      .filter((name) => /^\.\d+-\d+\.tmp$/.test(name))
      .map((name) => join(inside, name))
      .filter((path) => Date.now() - statSync(path).mtimeMs > abandonedMs)
      .map((path) => ({
        status: "warning",
        path: relative(root, path),
        what: "a process that died left this unfinished file behind",
        mend: { what: "remove it", work: () => disk.remove(path) },
      }));
  }
}

/** Folders of the user's own are passed over. */
function looksLikeRun(folder: string): boolean {
  const names = readdirSync(folder);
  return names.length === 0 || names.some((name) => /^(run\.json|run\.journal|metrics|artifacts)/.test(name));
}
