import type { Stats } from "node:fs";
import { join, relative } from "node:path";
import type { Disk } from "../disk.js";
import { isExperimentId, isRunId, type StoreLayout } from "../layout.js";
import { RefusedPath } from "../link-guard.js";
import type { StoreProblem } from "./problem.js";

/** Derived, or of a lock: nothing is lost with it. */
const derived = /^(\.index|\.changes|\..*\.copy|\.{1,2}lock.*|\..*\.tmp)$/;

/** As many are named one by one in a folder, so that one folder does not bury all else. */
const namedLimit = 20;

export interface RefusedPlaces {
  problems: StoreProblem[];
  /** Relative paths of experiments and runs that cannot be read whole because of one. */
  places: ReadonlySet<string>;
}

/**
 * Symbolic links, named pipes, devices and sockets in a store: they are not read or written, whatever needs them fails. Folders of
 * the user's own and packages that npm has installed for a model are passed over.
 */
export function refusedPlaces(layout: StoreLayout, disk: Disk): RefusedPlaces {
  const problems: StoreProblem[] = [];
  const places = new Set<string>();
  for (const experimentId of folders(layout.root).filter(isExperimentId)) {
    for (const runId of folders(layout.experiment(experimentId)).filter(isRunId)) {
      const run = layout.run(experimentId, runId);
      const before = problems.length;
      for (const name of folders(run.folder)) if (name === "metrics") folders(run.metrics);
      if (problems.length > before) places.add(relative(layout.root, run.folder));
      if (disk.look(run.artifacts)?.isDirectory()) below(run.artifacts);
    }
  }
  return { problems, places };

  /** Notes what is refused in a folder. @returns the names of its folders */
  function folders(path: string): string[] {
    const found: string[] = [];
    const refused: Array<[name: string, found: Stats]> = [];
    for (const name of disk.list(path)) {
      const entry = disk.look(join(path, name));
      if (entry?.isDirectory()) found.push(name);
      else if (entry?.isFile() === false) {
        refused.push([name, entry]);
        places.add(relative(layout.root, join(path, name)));
      }
    }
    const named = refused.slice(0, namedLimit).map(([name, entry]) => problemOf(join(path, name), name, entry));
    const [last] = named.slice(-1);
    const more = refused.length - named.length;
    if (last !== undefined && more > 0) last.what += ` There are ${more} more like it in this folder.`;
    problems.push(...named);
    return found;
  }

  function below(path: string): void {
    for (const name of folders(path)) if (name !== "node_modules") below(join(path, name));
  }

  function problemOf(path: string, name: string, found: Stats): StoreProblem {
    const { message: what, hint } = new RefusedPath(path, found);
    const place = { path: relative(layout.root, path), what };
    if (!derived.test(name)) return { ...place, status: "problem", hint };
    return { ...place, status: "warning", fix: { what: "remove it", work: () => disk.remove(path) } };
  }
}
