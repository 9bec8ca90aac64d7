import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type GitAnswer, type GitCommand, startGit } from "./git-command.js";

/** What git says about a folder; `problem` when git could not say all of it. */
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

const commands = {
  status: ["status", "--porcelain=v2", "--branch", "--untracked-files=no"],
  // What status says too, for a work tree so large that status takes long.
  head: ["rev-parse", "HEAD", "--abbrev-ref", "HEAD"],
  remotes: ["config", "--get-regexp", "^remote\\..*\\.url$"],
} as const;

type CommandName = keyof typeof commands;

interface Folder {
  /** The last command of each name. One that has not ended holds up no later run: it is neither waited for nor started again. */
  readonly commands: Map<CommandName, GitCommand>;
  /** The last status took too long; the next one is hardly waited for. */
  slow: boolean;
  /** Answered in time before: the head need not be asked for beside it. */
  quick: boolean;
  remote?: { head: string; url: string | undefined };
}

/** How long git may keep a run waiting, ms. */
export interface GitTimeouts {
  usual: number;
  /** In a folder where the last status took longer than that, and for what is asked after it. */
  slow: number;
}

/**
 * Asks git for commit, branch, remote and dirty flag of the repository around a folder, one command at a time where git
 * is quick. Git runs beside the notebook's own code, which may hold the event loop for as long as it likes.
 */
export class GitReader {
  readonly #folders = new Map<string, Folder>();
  readonly #timeouts: GitTimeouts;

  constructor(timeouts: GitTimeouts = { usual: 2_000, slow: 300 }) {
    this.#timeouts = timeouts;
  }

  /** Starts git now, for the state that there is now. */
  begin(cwd: string): GitReading {
    const folder = this.#folders.get(cwd) ?? { commands: new Map(), slow: false, quick: false };
    this.#folders.set(cwd, folder);
    return new GitReading(cwd, folder, this.#timeouts);
  }
}

/** Git at work for one run. */
class GitReading {
  readonly #cwd: string;
  readonly #folder: Folder;
  readonly #timeouts: GitTimeouts;
  readonly #status: GitCommand | undefined;
  #head: GitCommand | undefined;
  #remotes: GitCommand | undefined;

  constructor(cwd: string, folder: Folder, timeouts: GitTimeouts) {
    this.#cwd = cwd;
    this.#folder = folder;
    this.#timeouts = timeouts;
    this.#status = this.#start("status");
    if (!folder.quick) this.#head = this.#start("head");
    if (folder.remote === undefined) this.#remotes = this.#start("remotes");
  }

  /**
   * What git has said. Waits no longer than its timeouts from now on, however long the notebook's code took.
   * @param hurried - the user wants the cell to end
   * @returns undefined when the folder is in no repository
   */
  async finish(hurried = false): Promise<GitState | undefined> {
    const { usual, slow } = this.#timeouts;
    const status = await answerOf(this.#status, hurried || this.#folder.slow ? slow : usual);
    this.#remember(status);
    if (status?.ok) return this.#withRemote(parseStatus(status.text), usual);
    if (status !== undefined) return this.#without(status);
    this.#head ??= this.#start("head");
    const head = await answerOf(this.#head, slow);
    if (head !== undefined && !head.ok && head.missing !== undefined) return this.#without(head);
    const late =
      this.#status === undefined ? "git status of an earlier run has not ended yet" : "git status took too long";
    const problem = `${late}: not known whether files were changed${head === undefined ? ", nor the commit" : ""}`;
    const [commit, branch] = head?.ok ? head.text.split("\n") : [];
    const state = { ...(commit ? { commit } : {}), ...(branch && branch !== "HEAD" ? { branch } : {}), problem };
    return this.#withRemote(state, slow);
  }

  /** Whether the next run in this folder may be kept waiting. */
  #remember(status: GitAnswer | undefined): void {
    const folder = this.#folder;
    folder.quick = status !== undefined;
    if (status !== undefined) folder.slow = false;
    else if (this.#status !== undefined) {
      const { answer, took } = this.#status;
      folder.slow = true;
      void answer.then(() => {
        folder.slow = (took() ?? 0) > this.#timeouts.usual;
      });
    }
  }

  /** Remotes are asked for again only when HEAD has changed. */
  async #withRemote(state: GitState, timeout: number): Promise<GitState> {
    const folder = this.#folder;
    const head = `${state.commit ?? ""} ${state.branch ?? ""}`;
    if (folder.remote !== undefined && folder.remote.head !== head) this.#remotes ??= this.#start("remotes");
    const listed = await answerOf(this.#remotes, timeout);
    if (listed !== undefined) folder.remote = { head, url: listed.ok ? chosenRemote(listed.text) : undefined };
    const url = folder.remote?.url;
    return url === undefined ? state : { ...state, remote: url };
  }

  #start(name: CommandName): GitCommand | undefined {
    const earlier = this.#folder.commands.get(name);
    if (earlier !== undefined && earlier.took() === undefined) return undefined;
    const command = startGit(this.#cwd, commands[name]);
    this.#folder.commands.set(name, command);
    return command;
  }

  /** A git that is not there is only missed where there is something to ask it. */
  #without({ missing, problem }: GitAnswer & { ok: false }): GitState | undefined {
    if (missing === undefined) return { problem };
    return missing === "git" && isInRepository(this.#cwd) ? { problem: "git was not found" } : undefined;
  }
}

async function answerOf(command: GitCommand | undefined, timeout: number): Promise<GitAnswer | undefined> {
  return command && within(command.answer, timeout);
}

/** Git's own way to tell, for a machine without git. */
function isInRepository(cwd: string): boolean {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return true;
    if (folder === dirname(folder)) return false;
  }
}

function chosenRemote(text: string): string | undefined {
  const remotes = text
    .split("\n")
    .map((line) => /^remote\.(.*)\.url (.+)$/.exec(line))
    .filter((match) => match !== null);
  const chosen = remotes.find((match) => match[1] === "origin") ?? remotes[0];
  return chosen?.[2] === undefined ? undefined : withoutCredentials(chosen[2]);
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

/**
 * What a promise resolves with, when it does so in time. A result that is there already, and only waits for the event
 * loop to be free, comes in time.
 * @param timeout - ms from now
 * @returns undefined when it does not come in time
 */
export function within<T>(promise: Promise<T>, timeout: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeout);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
