import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { dirname, isAbsolute } from "node:path";
import type { CellInfo } from "../../kernel/extension.js";
import { GitReader, type GitState } from "./git.js";
import { notebookPath } from "./notebook.js";
import { ownVersion, PackageReader, type PackageVersions } from "./packages.js";

/** What must be looked up, which takes a few milliseconds and is done while the cell runs. */
export interface LookedUp {
  tags: Record<string, string>;
  environment: Environment;
}

/** Content of the artifact `runlab/environment.json`. Never holds environment variables. */
export interface Environment {
  node: string;
  typescript?: string;
  runlab?: string;
  platform: string;
  arch: string;
  packages: PackageVersions;
}

/**
 * Where a run comes from, as tags: MLflow's names where MLflow has one, `runlab.*` otherwise.
 * Keeps neither environment variables nor credentials.
 */
export class Provenance {
  readonly #git = new GitReader();
  readonly #packages = new PackageReader();
  #versions: Promise<{ typescript?: string; runlab?: string }> | undefined;

  /** What is known without asking anyone; the tags a run starts with. */
  tags(cell: CellInfo, cwd: string): Record<string, string> {
    return {
      "mlflow.source.name": notebookPath(cwd, cell.cellId) ?? cwd,
      "mlflow.source.type": "NOTEBOOK",
      "mlflow.user": userName(),
      "runlab.host": hostname(),
      "runlab.cell.execution_count": String(cell.count),
      ...(cell.cellId === undefined ? {} : { "runlab.cell.id": cell.cellId }),
    };
  }

  /** Never rejects: what can't be found out is left out. */
  async lookUp(cell: CellInfo, cwd: string): Promise<LookedUp> {
    this.#versions ??= readVersions();
    const [git, packages, versions] = await Promise.all([
      this.#git.read(notebookFolder(cell, cwd)),
      this.#packages.read(cwd, cell.source),
      this.#versions,
    ]);
    const environment: Environment = {
      node: process.versions.node,
      ...versions,
      platform: process.platform,
      arch: process.arch,
      packages,
    };
    const tags = {
      ...gitTags(git),
      "runlab.node": environment.node,
      ...(versions.typescript === undefined ? {} : { "runlab.typescript": versions.typescript }),
      ...(versions.runlab === undefined ? {} : { "runlab.version": versions.runlab }),
    };
    return { tags, environment };
  }
}

/** The notebook's own folder where it is known: `%cd` does not move a notebook into another repository. */
function notebookFolder(cell: CellInfo, cwd: string): string {
  const path = notebookPath(cwd, cell.cellId);
  if (path === undefined || !isAbsolute(path)) return cwd;
  const folder = dirname(path);
  return existsSync(folder) ? folder : cwd;
}

function gitTags(git: GitState | undefined): Record<string, string> {
  if (git === undefined) return {};
  return {
    ...(git.commit === undefined ? {} : { "mlflow.source.git.commit": git.commit }),
    ...(git.branch === undefined ? {} : { "mlflow.source.git.branch": git.branch }),
    ...(git.remote === undefined ? {} : { "mlflow.source.git.repoURL": git.remote }),
    ...(git.dirty === undefined ? {} : { "runlab.git.dirty": String(git.dirty) }),
    ...(git.problem === undefined ? {} : { "runlab.git.problem": git.problem }),
  };
}

async function readVersions(): Promise<{ typescript?: string; runlab?: string }> {
  const [typescript, runlab] = await Promise.all([ownVersion("typescript"), ownVersion()]);
  return { ...(typescript === undefined ? {} : { typescript }), ...(runlab === undefined ? {} : { runlab }) };
}

/** Name of the account; some containers run under a user id that has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
