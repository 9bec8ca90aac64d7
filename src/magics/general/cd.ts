import { isAbsolute, resolve } from "node:path";
import { errorCode, MagicError } from "../../errors.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%cd`: changes the working directory, as a shell does: no folder is home, `-` is the one before. */
export const cd = defineMagic({
  name: "cd",
  kind: "line",
  summary: "Change the working directory",
  input: "text",
  args: [],
  complete: "folder",
  lowering: "await",
  draws: true,
  returns: "string",
  examples: ["%cd data", "%cd ..", "%cd ~/projects", "%cd -", "%cd"],
  script({ text, assigned }) {
    // Where home is, and which folder was before, is known only when it runs.
    if (assigned || text === "" || /^[-~]/.test(text)) return undefined;
    return { calls: [`process.chdir(${JSON.stringify(text.replace(/^(["'])(.*)\1$/, "$2"))})`], sync: true };
  },
  run({ text }, { output, assigned }) {
    const before = workingDirectory();
    const folder = target(text, before);
    try {
      process.chdir(folder);
    } catch (cause) {
      const reason = errorCode(cause);
      const fact =
        reason === "ENOENT"
          ? "No such directory"
          : reason === "ENOTDIR"
            ? "Not a directory"
            : reason === "EACCES"
              ? "No permission to enter"
              : "Cannot enter";
      throw new MagicError("RESOURCE_DOES_NOT_EXIST", `${fact}: '${folder}'`, {
        ...(before === undefined ? {} : { hint: `The working directory is still '${before}'.` }),
        cause,
      });
    }
    // Where shells keep it too, so that `%sh cd -` agrees.
    if (before !== undefined) process.env.OLDPWD = before;
    process.env.PWD = process.cwd();
    if (!assigned) say(output, process.cwd());
    return process.cwd();
  },
});

/** Undefined when the folder has been removed. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** @param from - what a relative path starts from */
function target(text: string, from: string | undefined): string {
  const path = /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
  if (path === "") return homePath("~");
  if (path === "-") {
    const before = process.env.OLDPWD;
    if (before === undefined) throw new MagicError("INVALID_STATE", "There is no previous directory.");
    return before;
  }
  const named = homePath(path);
  if (from !== undefined) return resolve(from, named);
  if (isAbsolute(named)) return named;
  throw new MagicError(
    "INVALID_STATE",
    `The working directory has been removed, so the relative path '${path}' cannot be resolved.`,
    {
      hint: "Use an absolute path, or go home with `%cd`.",
    },
  );
}

/** `%pwd`: the working directory. */
export const pwd = defineMagic({
  name: "pwd",
  kind: "line",
  summary: "Return the working directory",
  input: "args",
  args: [],
  lowering: "await",
  returns: "string",
  examples: ["%pwd", "const here = %pwd"],
  run: () => process.cwd(),
});
