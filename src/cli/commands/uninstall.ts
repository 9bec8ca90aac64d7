import { join } from "node:path";
import { KernelError } from "../../errors.js";
import { type CliCommand, textOption } from "../command.js";
import { type InstallTarget, kernelsFolder } from "../jupyter/kernel-folder.js";
import { papermillSites, removePapermillPackage } from "../jupyter/papermill.js";
import type { PythonInfo } from "../jupyter/python.js";
import { hasOurs, isOurs, removeKernelSpec } from "../kernelspec/kernelspec.js";
import { namedTarget, pythonOf, targetOptions } from "./target-options.js";

/** `runlab uninstall`: takes the kernel out of Jupyter; runs and stores stay. */
export const uninstall: CliCommand = {
  name: "uninstall",
  summary: "Remove the kernel from Jupyter: from the given place, or by default from wherever Jupyter finds it",
  options: targetOptions.map((option) =>
    option.flags === "--user" ? { ...option, doc: "only the one for this user" } : option,
  ),
  async run(input) {
    const name = textOption(input, "name") ?? "runlab";
    const target = namedTarget(input);
    const python = target?.kind === "prefix" ? undefined : await pythonOf(input, target ?? { kind: "user" });
    const folders = foldersToLookIn(target, python, name);
    const removed = folders.flatMap((folder) => removeKernelSpec(folder, name) ?? []);
    if (removed.length === 0) {
      throw new KernelError("RESOURCE_DOES_NOT_EXIST", `There is no runlab kernel named '${name}' there.`, {
        hint: "`runlab doctor` shows where it is installed.",
      });
    }
    // Papermill's part serves every kernel of ours, whatever its name.
    const sites = folders.some(hasOurs) ? [] : papermillSites(target, python);
    for (const folder of [...removed, ...sites.flatMap((site) => removePapermillPackage(site) ?? [])]) {
      input.io.print(`Removed ${folder}`);
    }
  },
};

function foldersToLookIn(target: InstallTarget | undefined, python: PythonInfo | undefined, name: string): string[] {
  if (target) return [kernelsFolder(target, python)];
  const all = (python?.jupyter?.dataPath ?? []).map((path) => join(path, "kernels"));
  const folders = [...new Set([kernelsFolder({ kind: "user" }, python), ...all])];
  // Looking everywhere must not stumble over another program's kernel of the same name.
  return folders.filter((folder) => isOurs(join(folder, name)));
}
