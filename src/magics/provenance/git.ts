import { execFile } from "node:child_process";

/** What git says about a folder; `problem` when git is there but could not answer. */
export interface GitState {
  /** 40 or 64 hex digits; absent before the first commit. */
  commit?: string;
  /** Absent when HEAD is detached. */
  branch?: string;
  /** URL of `origin`, else of the first remote, without credentials. */
  remote?: string;
  /** Tracked files differ from the commit; untracked files do not count, as in MLflow. Absent when git took too long. */
  dirty?: boolean;
  problem?: string;
}

/** Longest wait for one git command, in ms: a huge work tree must not hold up a cell. */
const gitTimeout = 2_000;

/**
 * Reads commit, branch, remote and dirty flag of the repository around a folder.
 * One git command per call; remotes are read again only when folder or HEAD has changed.
 */
export class GitReader {
  readonly #remotes = new Map<string, Promise<string | undefined>>();
  /** Folders whose work tree is too large to be looked through for every run. */
  readonly #large = new Set<string>();
  readonly #timeout: number;

  /** @param timeout - longest wait for one git command, in ms */
  constructor(timeout = gitTimeout) {
    this.#timeout = timeout;
  }

  /** @returns undefined when `cwd` is in no repository, or when there is no git */
  async read(cwd: string): Promise<GitState | undefined> {
    const state = await this.#readHead(cwd);
    if (state === undefined || (state.commit === undefined && state.problem !== undefined)) return state;
    const key = `${cwd}\0${state.commit ?? ""}\0${state.branch ?? ""}`;
    let remote = this.#remotes.get(key);
    if (remote === undefined) {
      remote = this.#readRemote(cwd);
      this.#remotes.set(key, remote);
    }
    const url = await remote;
    return url === undefined ? state : { ...state, remote: url };
  }

  async #readHead(cwd: string): Promise<GitState | undefined> {
    if (!this.#large.has(cwd)) {
      const status = await this.#git(cwd, ["status", "--porcelain=v2", "--branch", "--untracked-files=no"]);
      if (status.ok) return parseStatus(status.text);
      if (status.absent) return undefined;
      if (!status.late) return { problem: status.problem };
      this.#large.add(cwd);
    }
    const head = await this.#git(cwd, ["rev-parse", "HEAD", "--abbrev-ref", "HEAD"]);
    const problem = `git status took longer than ${this.#timeout} ms: not known whether files were changed`;
    const [commit, branch] = head.ok ? head.text.split("\n") : [];
    return { ...(commit ? { commit } : {}), ...(branch && branch !== "HEAD" ? { branch } : {}), problem };
  }

  async #readRemote(cwd: string): Promise<string | undefined> {
    const listed = await this.#git(cwd, ["config", "--get-regexp", "^remote\\..*\\.url$"]);
    if (!listed.ok) return undefined;
    const remotes = listed.text
      .split("\n")
      .map((line) => /^remote\.(.*)\.url (.+)$/.exec(line))
      .filter((match) => match !== null);
    const chosen = remotes.find((match) => match[1] === "origin") ?? remotes[0];
    return chosen?.[2] === undefined ? undefined : withoutCredentials(chosen[2]);
  }

  #git(cwd: string, args: readonly string[]): Promise<GitAnswer> {
    // No optional locks: `git status` must not disturb a git command of the user's that runs at the same time.
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
    const options = { cwd, env, timeout: this.#timeout, maxBuffer: 16 * 1024 * 1024, windowsHide: true };
    return new Promise((resolve) => {
      execFile("git", [...args], options, (error, stdout, stderr) => {
        if (error === null) return resolve({ ok: true, text: stdout });
        const absent = error.code === "ENOENT" || /not a git repository/i.test(stderr);
        const problem = (stderr.split("\n")[0] || error.message).slice(0, 200);
        resolve({ ok: false, absent, late: error.killed === true, problem });
      });
    });
  }
}

/** Reads `git status --porcelain=v2 --branch`. @see git-status(1), "Porcelain Format Version 2" */
export function parseStatus(text: string): GitState {
  const state: GitState = { dirty: false };
  for (const line of text.split("\n")) {
    if (line.startsWith("# branch.oid ")) {
      const commit = line.slice("# branch.oid ".length);
      if (commit !== "(initial)") state.commit = commit;
    } else if (line.startsWith("# branch.head ")) {
      const branch = line.slice("# branch.head ".length);
      if (branch !== "(detached)") state.branch = branch;
    } else if (line !== "" && !line.startsWith("#")) {
      state.dirty = true;
    }
  }
  return state;
}

/**
 * Takes user, password, token and query out of a remote's URL.
 * The user of an ssh address (`git@host:path`) is no secret and stays.
 */
export function withoutCredentials(url: string): string {
  const web = /^((?:[\w+.-]+::)?(?:https?|ftps?):\/\/)(?:[^/?#]*@)?([^?#]*)/i.exec(url);
  if (web !== null) return `${web[1] ?? ""}${web[2] ?? ""}`;
  return url.replace(/^([\w+.-]+:\/\/[^/:@]*):[^/@]*@/, "$1@");
}

/** `absent`: no git, or no repository; `late`: it was stopped after the timeout. */
type GitAnswer = { ok: true; text: string } | { ok: false; absent: boolean; late: boolean; problem: string };
