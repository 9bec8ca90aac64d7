import { dirname, resolve } from "node:path";
import { type CliCommand, textOption } from "../command.js";
import { kernelsFolder } from "../jupyter/kernel-folder.js";
import type { PythonInfo } from "../jupyter/python.js";
import { type EngineName, engineNames, makeKernelSpec, writeKernelSpec } from "../kernelspec/kernelspec.js";
import { namedPlace, placeOptions, pythonOf } from "./place-options.js";

/** `runlab install`: registers the kernel in a Jupyter. */
export const install: CliCommand = {
  name: "install",
  summary: "Register the kernel in Jupyter",
  options: [
    ...placeOptions,
    { flags: "--engine <engine>", doc: "what compiles the cells", choices: engineNames, default: "hub" },
  ],
  async run(input) {
    const place = namedPlace(input) ?? { kind: "user" };
    const python = await pythonOf(input, place);
    const folder = kernelsFolder(place, python);
    const name = textOption(input, "name") ?? "runlab";
    const spec = makeKernelSpec(name, (textOption(input, "engine") ?? "hub") as EngineName);
    const written = writeKernelSpec(folder, name, spec);
    input.io.print(`Installed the kernel '${spec.display_name}' in ${written}`);
    const warning = python && whyNotFound(folder, python);
    if (warning) input.io.note(warning);
  },
};

/** What keeps the Jupyter of this Python from finding the kernel; undefined when nothing does. */
function whyNotFound(folder: string, { executable, jupyter }: PythonInfo): string | undefined {
  if (!jupyter) return `${executable} has no Jupyter. To get one: ${executable} -m pip install jupyterlab`;
  const data = resolve(dirname(folder));
  if (jupyter.dataPath.some((path) => resolve(path) === data)) return undefined;
  return `The Jupyter of ${executable} does not look there by itself. To make it: export JUPYTER_PATH=${data}`;
}
