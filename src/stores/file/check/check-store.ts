import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { TrackingError } from "../../../errors.js";
import { ExperimentsFile, experimentFolders } from "../experiments-file.js";
import type { FoldContext } from "../fold-run.js";
import { isRunId, type RunLayout, StoreLayout } from "../layout.js";
import { ModelsFile } from "../models-file.js";
import { nodeDisk } from "../node-disk.js";
import { thisProcess } from "../owner.js";
import { OwnerStates } from "../owner-states.js";
import { problemsIn, type StoreProblem } from "./problem.js";
import { checkRun } from "./run-problems.js";
import { checkShared } from "./shared-documents.js";

/** A temporary file this old is one that its process left behind, ms. */
const abandonedMs = 3_600_000;

export interface StoreReport {
  experiments: number;
  runs: number;
  problems: StoreProblem[];
}

/**
 * Looks at every document of a store and says what is wrong. Nothing is changed until a problem's `fix.work` is called.
 * Processes may use the store meanwhile.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when there is no such folder
 */
export function checkStore(folder: string): StoreReport {
  if (!existsSync(folder)) throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no store at '${folder}'.`);
  const layout = new StoreLayout(folder);
  const disk = nodeDisk();
  const self = thisProcess();
  const context: FoldContext = { disk, self, owners: new OwnerStates(layout, self) };
  // What is damaged is found here by looking for it.
  const report = () => undefined;
  const experiments = new ExperimentsFile(layout, context, report);
  const models = new ModelsFile(layout, context, experiments, report);
  const problems = checkShared(layout, { experiments, models });
  problems.push(...abandoned(folder));
  let runs = 0;
  const folders = experimentFolders(layout);
  for (const experimentId of folders) {
    const inside = layout.experiment(experimentId);
    const look = () => [
      ...abandoned(inside),
      ...readdirSync(inside)
        .filter(isRunId)
        .flatMap((runId) => examine(layout.run(experimentId, runId))),
    ];
    problems.push(...problemsIn(experimentId, look));
  }
  return { experiments: folders.length, runs, problems };

  function examine(run: RunLayout): StoreProblem[] {
    return problemsIn(relative(folder, run.folder), () => {
      if (!statSync(run.folder).isDirectory() || !looksLikeRun(run.folder)) return [];
      runs++;
      return [...checkRun(layout, run, context), ...abandoned(run.folder)];
    });
  }

  function abandoned(inside: string): StoreProblem[] {
    return readdirSync(inside)
      .filter((name) => /^\.\d+-\d+\.tmp$/.test(name))
      .map((name) => join(inside, name))
      .filter((path) => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > abandonedMs)
      .map((path) => ({
        status: "warning",
        path: relative(folder, path),
        what: "a process that died left this unfinished file behind",
        fix: { what: "remove it", work: () => disk.remove(path) },
      }));
  }
}

/** Folders of the user's own are passed over. */
function looksLikeRun(folder: string): boolean {
  const names = readdirSync(folder);
  return names.length === 0 || names.some((name) => /^(run\.json|run\.journal|metrics|artifacts)/.test(name));
}
