import { reasonOf } from "../../../errors.js";
import { checkStore, type StoreReport } from "./check-store.js";
import type { StoreFix, StoreProblem } from "./problem.js";

/** A problem of a store, and what became of it. */
export interface FixedProblem {
  problem: StoreProblem;
  /** `left`: there was nothing to do about it; `failed`: it is there still. */
  outcome: "fixed" | "left" | "failed";
  /** Of a fix that ended with an error. */
  reason?: string | undefined;
}

/** What was damaged may hide something else, e.g. a run that is read again and whose process has died. */
const mostRounds = 4;

/** Fixes what can be fixed, and looks again: only what is gone then counts as fixed. */
export async function fixStore(folder: string): Promise<Omit<StoreReport, "problems"> & { problems: FixedProblem[] }> {
  const seen = new Map<string, StoreProblem>();
  const reasons = new Map<string, string>();
  const tried = new Set<string>();
  let report = note(checkStore(folder));
  for (let round = 0; round < mostRounds; round++) {
    const open = report.problems.filter((problem) => problem.fix !== undefined && !tried.has(nameOf(problem)));
    if (open.length === 0) break;
    const done = new Set<StoreFix>();
    for (const problem of open) {
      tried.add(nameOf(problem));
      if (problem.fix === undefined || done.has(problem.fix)) continue;
      done.add(problem.fix);
      try {
        await problem.fix.work();
      } catch (error) {
        reasons.set(nameOf(problem), reasonOf(error));
      }
    }
    report = note(checkStore(folder));
  }
  const left = new Set(report.problems.map(nameOf));
  const problems = [...seen.values()].map((problem): FixedProblem => {
    const name = nameOf(problem);
    if (!left.has(name)) return { problem, outcome: "fixed" };
    return { problem, outcome: problem.fix === undefined ? "left" : "failed", reason: reasons.get(name) };
  });
  return { ...report, problems };

  function note(found: StoreReport): StoreReport {
    for (const problem of found.problems) seen.set(nameOf(problem), problem);
    return found;
  }
}

function nameOf({ path, what }: StoreProblem): string {
  return `${path}: ${what}`;
}
