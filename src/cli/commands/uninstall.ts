import { join } from "node:path";
import { KernelError } from "../../errors.js";
import { type CliCommand, type CliInput, textOption } from "../command.js";
import { kernelsFolder } from "../jupyter/kernel-folder.js";
import { isOurs, removeKernelSpec } from "../kernelspec/kernelspec.js";
import { namedPlace, placeOptions, pythonOf } from "./place-options.js";

/** `runlab uninstall`: takes the kernel out of Jupyter; runs and stores stay. */
export const uninstall: CliCommand = {
  name: "uninstall",
  summary: "Take the kernel out of Jupyter: from the place named, else from wherever that Jupyter finds it",
  options: placeOptions.map((option) =>
    option.flags === "--user" ? { ...option, doc: "the one of this user only" } : option,
  ),
  async run(input) {
    const name = textOption(input, "name") ?? "runlab";
    const folders = await foldersToLookIn(input, name);
    const removed = folders.flatMap((folder) => removeKernelSpec(folder, name) ?? []);
    if (removed.length === 0) {
      throw new KernelError("RESOURCE_DOES_NOT_EXIST", `No kernel '${name}' of runlab is installed there.`, {
        hint: "`runlab doctor` lists where it is installed.",
      });
    }
    for (const folder of removed) input.io.print(`Removed ${folder}`);
  },
};

async function foldersToLookIn(input: CliInput, name: string): Promise<string[]> {
  const place = namedPlace(input);
  if (place) return [kernelsFolder(place, place.kind === "prefix" ? undefined : await pythonOf(input, place))];
  const python = await pythonOf(input, { kind: "user" });
  const all = (python?.jupyter?.dataPath ?? []).map((path) => join(path, "kernels"));
  const folders = [...new Set([kernelsFolder({ kind: "user" }, python), ...all])];
  // Looking everywhere must not stumble over another program's kernel of the same name.
  return folders.filter((folder) => isOurs(join(folder, name)));
}
