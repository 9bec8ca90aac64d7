import { basename } from "node:path";
import type { RunlabError } from "../../../errors.js";
import { isAltered, restored } from "../document.js";
import { type ExperimentsFile, experimentFolders, unnamed } from "../experiments-file.js";
import { FolderLock, type LockContext } from "../folder-lock.js";
import { isExperimentId, isRunId, type StoreLayout } from "../layout.js";
import type { ModelsFile } from "../models-file.js";
import { setAside } from "../set-aside.js";
import { problemsIn, type StoreFix, type StoreProblem, whatIsWrong } from "./problem.js";

/** What is wrong with `experiments.json` and `models.json`. */
export function checkShared(
  layout: StoreLayout,
  context: LockContext,
  files: { experiments: ExperimentsFile; models: ModelsFile },
): StoreProblem[] {
  const { disk } = context;
  return [
    ...problemsIn(basename(layout.experiments), experimentsProblems),
    ...problemsIn(basename(layout.models), modelsProblems),
  ];

  function experimentsProblems(): StoreProblem[] {
    const path = basename(layout.experiments);
    const fix = {
      what: `rebuild it from what can be read, its copy and the folders of the runs, and keep the damaged one as ${path}.damaged-…`,
      work: () => files.experiments.repair(),
    };
    if (!disk.exists(layout.experiments)) return [{ status: "problem", path, what: "it is missing", fix }];
    const problems = toProblems(path, files.experiments.problems(), fix);
    return problems.length > 0 ? problems : [...changed(layout.experiments), ...unlisted(), ...misnamed()];
  }

  function modelsProblems(): StoreProblem[] {
    const path = basename(layout.models);
    if (!disk.exists(layout.models)) return [];
    const problems = files.models.problems();
    if (problems.length === 0) return changed(layout.models);
    const fix = {
      what: `rebuild it from what can be read and its copy, and keep the damaged one as ${path}.damaged-…`,
      work: () => files.models.repair(),
    };
    return toProblems(path, problems, problems.length > 0 && files.models.repairable ? fix : undefined);
  }

  function changed(path: string): StoreProblem[] {
    if (!isAltered(path, disk)) return [];
    const name = basename(path);
    const fix = {
      what: restored(path, disk).fromCopy
        ? `restore it from its copy and keep the changed one as ${name}.damaged-…`
        : `accept it as it is, since no copy shows what was changed, and also keep it as ${name}.damaged-…`,
      work: () =>
        new FolderLock(layout.lock, context).hold((held) => {
          if (!isAltered(path, held)) return;
          const { text } = restored(path, held);
          setAside(path, held);
          held.replace(path, text);
        }),
    };
    const what = "its checksum (crc32) is wrong: it was changed after it was written";
    return [{ status: "problem", path: name, what, fix }];
  }

  function unlisted(): StoreProblem[] {
    const known = new Set(files.experiments.read().map(({ experimentId }) => experimentId));
    return experimentFolders(layout, disk)
      .filter((id) => !known.has(id))
      .map((id) => ({
        status: "problem",
        path: id,
        what: "its runs belong to an experiment that is not in experiments.json",
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
        what: "its name is not an experiment id, so its runs cannot be found",
        hint: "Close runlab, rename the folder to an unused number, then run doctor again.",
      }));
  }
}

function toProblems(path: string, problems: readonly RunlabError[], fix: StoreFix | undefined): StoreProblem[] {
  return problems.map((problem) => {
    const wayOut = fix ? { fix } : { hint: problem.hint };
    return { status: "problem", path, what: whatIsWrong(problem), ...wayOut };
  });
}
