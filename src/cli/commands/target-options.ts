import { KernelError } from "../../errors.js";
import { type CliInput, type CliOption, textOption } from "../command.js";
import type { InstallTarget } from "../jupyter/kernel-folder.js";
import { askPython, type PythonInfo } from "../jupyter/python.js";

/** Where a kernelspec is installed: the same options for every command that asks. */
export const targetOptions: readonly CliOption[] = [
  { flags: "--user", doc: "for this user (the default)", conflicts: ["sysPrefix", "prefix"] },
  { flags: "--sys-prefix", doc: "into the Python's own environment (venv, conda)", conflicts: ["user", "prefix"] },
  { flags: "--prefix <path>", doc: "into <path>/share/jupyter/kernels", conflicts: ["user", "sysPrefix"] },
  { flags: "--python <command>", doc: "the Python that has Jupyter", default: "python3" },
  { flags: "--name <name>", doc: "name of the kernelspec", default: "runlab" },
];

/** Undefined when no target was named. */
export function namedTarget(input: CliInput): InstallTarget | undefined {
  const prefix = textOption(input, "prefix");
  if (prefix !== undefined) return { kind: "prefix", prefix };
  if (input.options.sysPrefix === true) return { kind: "sys-prefix" };
  return input.options.user === true ? { kind: "user" } : undefined;
}

/**
 * The Python named on the command line. Only an environment needs one: a prefix is a path, and the user's folder is known
 * without asking, so that the kernel can be installed before Jupyter is.
 * @throws {KernelError} when the target needs one and there is none
 */
export async function pythonOf(input: CliInput, target: InstallTarget): Promise<PythonInfo | undefined> {
  try {
    return await askPython(textOption(input, "python") ?? "python3");
  } catch (error) {
    if (target.kind === "sys-prefix" || !(error instanceof KernelError)) throw error;
    input.io.note(`${error.message} Continuing without asking Jupyter where it looks.`);
    return undefined;
  }
}
