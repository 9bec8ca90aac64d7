import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { dirname, isAbsolute } from "node:path";
import type { CellInfo } from "../../kernel/extension.js";
import { GitReader, type GitState, within } from "./git.js";
import { notebookPath } from "./notebook.js";
import { ownVersion, PackageReader, type PackageVersions } from "./packages.js";

/** What must be looked up: begun before the cell's code runs, which may hold the event loop, and taken when it has ended. */
export interface LookUp {
  /**
   * Never rejects, and takes a few seconds at most: what can't be found out is left out, and said.
   * @param hurried - the user wants the cell to end: only what is as good as there
   */
  finish(hurried?: boolean): Promise<LookedUp>;
}

export interface LookedUp {
  tags: Record<string, string>;
  environment: Environment;
  /** One sentence per thing that could not be found out. */
  problems: string[];
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
  #versions: Promise<Versions> | undefined;

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

  /** Starts git and reads what is installed. */
  begin(cell: CellInfo, cwd: string): LookUp {
    const git = this.#git.begin(notebookFolder(cell, cwd));
    this.#versions ??= readVersions();
    const files = Promise.all([this.#packages.read(cwd, cell.source), this.#versions]);
    return {
      finish: async (hurried = false) => {
        const timeout = hurried ? hurriedTimeout : fileTimeout;
        return lookedUp(...(await Promise.all([git.finish(hurried), within(files, timeout)])));
      },
    };
  }
}

/** Longest wait for package.json files, ms: on a network that hangs they may never be read. */
const fileTimeout = 2_000;
const hurriedTimeout = 300;

type Versions = { typescript?: string; runlab?: string };

function lookedUp(git: GitState | undefined, files: [PackageVersions, Versions] | undefined): LookedUp {
  const [packages, versions] = files ?? [{}, {}];
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
  const problems = [
    ...(git?.problem === undefined ? [] : [`The state of git is unknown: ${git.problem}.`]),
    ...(files === undefined ? ["The versions of packages could not be read in time."] : []),
  ];
  return { tags, environment, problems };
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

async function readVersions(): Promise<Versions> {
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
