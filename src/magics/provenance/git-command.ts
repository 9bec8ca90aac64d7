import { spawn } from "node:child_process";

/** `missing`: there is no git, or no repository around the folder. */
export type GitAnswer = { ok: true; text: string } | { ok: false; missing?: "git" | "repository"; problem: string };

/** A git command that runs beside the notebook's own code. */
export interface GitCommand {
  /** Never rejects. */
  readonly answer: Promise<GitAnswer>;
  /** ms from the start to the answer; undefined while there is none. */
  took(): number | undefined;
}

/** A command that has not ended by then is killed, ms: nobody waits that long, but it may warm git's caches for the next. */
const longest = 60_000;

/** Characters of an answer that are kept; a commit, a branch and the first changed file stand in the first thousand. */
const kept = 64 * 1024;

/**
 * Starts git. It goes on while the notebook's code holds the event loop: what it has said is then taken as soon as the loop is free.
 * Nothing waits for it, also not the end of the process.
 */
export function startGit(cwd: string, args: readonly string[]): GitCommand {
  // No optional locks: `git status` must not disturb a git command of the user's that runs at the same time.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
  const begun = performance.now();
  let took: number | undefined;
  const answer = new Promise<GitAnswer>((resolve) => {
    const end = (given: GitAnswer) => {
      took ??= performance.now() - begun;
      resolve(given);
    };
    const cannot = (error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      end({ ok: false, ...(code === "ENOENT" ? { missing: "git" } : {}), problem: String(message) });
    };
    try {
      const child = spawn("git", [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
      child.on("error", cannot);
      const stop = () => child.kill("SIGKILL");
      const timer = setTimeout(stop, longest);
      process.once("exit", stop);
      const said = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (text: string) => {
          if (said[name].length < kept) said[name] += text;
        });
      }
      for (const handle of [child, timer, child.stdout, child.stderr]) (handle as { unref?(): void }).unref?.();
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        process.off("exit", stop);
        if (code === 0) return end({ ok: true, text: said.stdout });
        const missing = /not a git repository/i.test(said.stderr) ? ({ missing: "repository" } as const) : {};
        const reason = signal === null ? `git ended with code ${code}` : `git was ended by ${signal}`;
        end({ ok: false, ...missing, problem: (said.stderr.split("\n")[0] || reason).slice(0, 200) });
      });
    } catch (error) {
      // No descriptors left, say.
      cannot(error);
    }
  });
  return { answer, took: () => took };
}
