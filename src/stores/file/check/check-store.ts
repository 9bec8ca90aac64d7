import { join, relative } from "node:path";
import { TrackingError } from "../../../errors.js";
import { ExperimentsFile, experimentFolders } from "../experiments-file.js";
import type { FoldContext } from "../fold-run.js";
import { isRunId, type RunLayout, StoreLayout } from "../layout.js";
import { ModelsFile } from "../models-file.js";
import { nodeDisk } from "../node-disk.js";
import { thisProcess } from "../owner.js";
import { OwnerStates } from "../owner-states.js";
import { damagedLines } from "../run-index.js";
import { storeDisk } from "../store-disk.js";
import { problemsIn, type StoreProblem } from "./problem.js";
import { refusedPlaces } from "./refused-places.js";
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
  const layout = new StoreLayout(folder);
  const disk = storeDisk(layout.root, nodeDisk());
  if (!disk.exists(layout.root)) {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no store at '${folder}'.`);
  }
  const self = thisProcess();
  const context: FoldContext = { disk, self, owners: new OwnerStates(layout, self) };
  // What is damaged is found here by looking for it.
  const report = () => undefined;
  const experiments = new ExperimentsFile(layout, context, report);
  const models = new ModelsFile(layout, context, experiments, report);
  const problems = checkShared(layout, context, { experiments, models });
  const refused = refusedPlaces(layout, disk);
  problems.push(...refused.problems.filter(({ path }) => !problems.some((known) => known.path === path)));
  problems.push(...abandoned(layout.root));
  let runs = 0;
  const folders = experimentFolders(layout, disk);
  for (const experimentId of folders) {
    const inside = layout.experiment(experimentId);
    const look = () => [
      ...abandoned(inside),
      ...damagedIndex(layout.index(experimentId)),
      ...disk
        .list(inside)
        .filter(isRunId)
        .flatMap((runId) => examine(layout.run(experimentId, runId))),
    ];
    if (!refused.places.has(experimentId)) problems.push(...problemsIn(experimentId, look));
  }
  return { experiments: folders.length, runs, problems };

  function examine(run: RunLayout): StoreProblem[] {
    const path = relative(layout.root, run.folder);
    return problemsIn(path, () => {
      if (!disk.look(run.folder)?.isDirectory() || !looksLikeRun(disk.list(run.folder))) return [];
      runs++;
      // What is in the way has been named.
      if (refused.places.has(path)) return abandoned(run.folder);
      return [...checkRun(layout, run, context), ...abandoned(run.folder)];
    });
  }

  function damagedIndex(path: string): StoreProblem[] {
    if (refused.places.has(relative(layout.root, path))) return [];
    const lines = damagedLines(path, disk);
    if (lines === 0) return [];
    const what = `the checksum of ${lines === 1 ? "a line" : `${lines} lines`} is wrong; the runs' own documents are read instead`;
    const fix = { what: "remove it; it will be recreated", work: () => disk.remove(path) };
    return [{ status: "warning", path: relative(layout.root, path), what, fix }];
  }

  function abandoned(inside: string): StoreProblem[] {
    return disk
      .list(inside)
      .filter((name) => /^\.\d+-\d+\.tmp$/.test(name))
      .map((name) => join(inside, name))
      .filter((path) => Date.now() - (disk.look(path)?.mtimeMs ?? Date.now()) > abandonedMs)
      .map((path) => ({
        status: "warning",
        path: relative(layout.root, path),
        what: "a process that died left this unfinished file behind",
        fix: { what: "remove it", work: () => disk.remove(path) },
      }));
  }
}

/** Folders of the user's own are passed over. */
function looksLikeRun(names: readonly string[]): boolean {
  return names.length === 0 || names.some((name) => /^(run\.json|run\.journal|metrics|artifacts)/.test(name));
}
