import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ErrorCode, RunlabError } from "../../../errors.js";
import type { Experiment } from "../../../tracking/types.js";
import { defaultExperiment } from "../../experiment-table.js";
import { copyOf, JsonDocument } from "../document.js";
import type { ExperimentsFile } from "../experiments-file.js";
import type { StoreLayout } from "../layout.js";
import type { ModelsFile } from "../models-file.js";
import { isRunId } from "../run-catalog.js";
import { type StoreProblem, setAside } from "./problem.js";

/** What is wrong with `experiments.json` and `models.json`. */
export function checkShared(
  layout: StoreLayout,
  files: { experiments: ExperimentsFile; models: ModelsFile },
): StoreProblem[] {
  const problems: StoreProblem[] = [];
  const experiments = problemOf(layout.experiments, () => files.experiments.read());
  if (experiments !== undefined) {
    problems.push({ ...experiments, ...mendFromCopy(layout.experiments, files.experiments, experiments.code, anew()) });
  } else {
    problems.push(...unlisted());
  }
  const models = existsSync(layout.models) ? problemOf(layout.models, () => files.models.read()) : undefined;
  if (models !== undefined) problems.push({ ...models, ...mendFromCopy(layout.models, files.models, models.code) });
  return problems;

  /** Without a copy: the folders still tell the ids. */
  function anew(): NonNullable<StoreProblem["mend"]> {
    return {
      what: "list the experiments anew by their folders; their own names and tags are lost",
      work: () =>
        files.experiments.mend((disk) => {
          setAside(layout.experiments, disk);
          return [...new Set(["0", ...experimentFolders(layout)])].map((id) => unnamed(layout, id));
        }),
    };
  }

  function unlisted(): StoreProblem[] {
    const known = new Set(files.experiments.read().map(({ experimentId }) => experimentId));
    return experimentFolders(layout)
      .filter((id) => !known.has(id))
      .map((id) => ({
        status: "problem",
        path: id,
        what: "its runs belong to an experiment that experiments.json does not have",
        mend: {
          what: `add it as 'experiment ${id}'`,
          work: () => files.experiments.change((list) => void list.push(unnamed(layout, id))),
        },
      }));
  }
}

/** Experiments that have runs, by the names of their folders. */
export function experimentFolders(layout: StoreLayout): string[] {
  return readdirSync(layout.root)
    .filter((name) => /^\d+$/.test(name) && readdirSync(layout.experiment(name)).some(isRunId))
    .sort((a, b) => Number(a) - Number(b));
}

function problemOf(path: string, read: () => unknown): (StoreProblem & { code: ErrorCode }) | undefined {
  const name = basename(path);
  if (!existsSync(path)) return { status: "problem", path: name, what: "it is missing", code: "DATA_LOSS" };
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof RunlabError)) throw error;
    return { status: "problem", path: name, what: error.message, hint: error.hint, code: error.code };
  }
}

function mendFromCopy(
  path: string,
  file: Pick<ModelsFile, "mend">,
  code: ErrorCode,
  otherwise?: StoreProblem["mend"],
): Pick<StoreProblem, "mend"> {
  // A newer runlab's document is none to be mended.
  if (code !== "DATA_LOSS") return {};
  const copy = copyOf(path);
  if (!isWhole(copy)) return otherwise === undefined ? {} : { mend: otherwise };
  return {
    mend: {
      what: `put the copy of its last state in its place; the damaged one is kept as ${basename(path)}.damaged-…`,
      work: () =>
        file.mend((disk) => {
          setAside(path, disk);
          return readFileSync(copy, "utf8");
        }),
    },
  };
}

function isWhole(copy: string): boolean {
  try {
    return existsSync(copy) && Object.keys(new JsonDocument<object>(copy, {}).read()).length > 1;
  } catch {
    return false;
  }
}

function unnamed(layout: StoreLayout, id: string): Experiment {
  const plain = defaultExperiment(join(layout.experiment(id)), Date.now());
  return id === "0" ? plain : { ...plain, experimentId: id, name: `experiment ${id}` };
}
