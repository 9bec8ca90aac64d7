import { basename } from "node:path";
import type { RunlabError } from "../../../errors.js";
import type { ReadingDisk } from "../disk.js";
import { type ExperimentsFile, experimentFolders, unnamed } from "../experiments-file.js";
import { isExperimentId, isRunId, type StoreLayout } from "../layout.js";
import type { ModelsFile } from "../models-file.js";
import { problemsIn, type StoreFix, type StoreProblem, whatIsWrong } from "./problem.js";

/** What is wrong with `experiments.json` and `models.json`. */
export function checkShared(
  layout: StoreLayout,
  disk: ReadingDisk,
  files: { experiments: ExperimentsFile; models: ModelsFile },
): StoreProblem[] {
  return [
    ...problemsIn(basename(layout.experiments), experimentsProblems),
    ...problemsIn(basename(layout.models), modelsProblems),
  ];

  function experimentsProblems(): StoreProblem[] {
    const path = basename(layout.experiments);
    const fix = {
      what: `write it anew from what can be read, its copy and the folders of the runs; the damaged one is kept as ${path}.damaged-…`,
      work: () => files.experiments.repair(),
    };
    if (!disk.exists(layout.experiments)) return [{ status: "problem", path, what: "it is missing", fix }];
    const problems = toProblems(path, files.experiments.problems(), fix);
    return problems.length > 0 ? problems : [...unlisted(), ...misnamed()];
  }

  function modelsProblems(): StoreProblem[] {
    const path = basename(layout.models);
    if (!disk.exists(layout.models)) return [];
    const problems = files.models.problems();
    const fix = {
      what: `write it anew from what can be read and its copy; the damaged one is kept as ${path}.damaged-…`,
      work: () => files.models.repair(),
    };
    return toProblems(path, problems, problems.length > 0 && files.models.repairable ? fix : undefined);
  }

  function unlisted(): StoreProblem[] {
    const known = new Set(files.experiments.read().map(({ experimentId }) => experimentId));
    return experimentFolders(layout, disk)
      .filter((id) => !known.has(id))
      .map((id) => ({
        status: "problem",
        path: id,
        what: "its runs belong to an experiment that experiments.json does not have",
        fix: {
          what: `add it as 'experiment ${id}'`,
          work: () => files.experiments.change((list) => void list.push(unnamed(layout, id))),
        },
      }));
  }

  /** Folders whose name looks like an experiment's id to a person. */
  function misnamed(): StoreProblem[] {
    return disk
      .list(layout.root)
      .filter((name) => /^[+-]?\d+(\.\d+)?$/.test(name) && !isExperimentId(name))
      .filter((name) => disk.look(layout.experiment(name))?.isDirectory())
      .filter((name) => disk.list(layout.experiment(name)).some(isRunId))
      .map((name) => ({
        status: "problem",
        path: name,
        what: "its name is not the id of an experiment, so its runs are not found",
        hint: "Rename the folder to a number that no other has, with runlab closed; then run doctor again.",
      }));
  }
}

function toProblems(path: string, problems: readonly RunlabError[], fix: StoreFix | undefined): StoreProblem[] {
  return problems.map((problem) => {
    const wayOut = fix ? { fix } : { hint: problem.hint };
    return { status: "problem", path, what: whatIsWrong(problem), ...wayOut };
  });
}
