import { dirname, resolve } from "node:path";
import { reasonOf } from "../../errors.js";
import { type CliCommand, type CliIo, textOption } from "../command.js";
import { prepareFastStart } from "../fast-start.js";
import { kernelsFolder } from "../jupyter/kernel-folder.js";
import { sitePackages, writePapermillPackage } from "../jupyter/papermill.js";
import type { PythonInfo } from "../jupyter/python.js";
import { type EngineName, engineNames } from "../kernelspec/engine-name.js";
import { makeKernelSpec, writeKernelSpec } from "../kernelspec/kernelspec.js";
import { namedTarget, pythonOf, targetOptions } from "./target-options.js";

/** `runlab install`: registers the kernel in a Jupyter. */
export const install: CliCommand = {
  name: "install",
  summary: "Register the kernel in Jupyter",
  options: [
    ...targetOptions,
    { flags: "--engine <engine>", doc: "what compiles the cells", choices: engineNames, default: "hub" },
    {
      flags: "--no-fast-start",
      doc: "skip preparing the snapshot that makes kernels start fast (40 MB in your cache folder)",
    },
  ],
  async run(input) {
    const target = namedTarget(input) ?? { kind: "user" };
    const python = await pythonOf(input, target);
    const folder = kernelsFolder(target, python);
    const name = textOption(input, "name") ?? "runlab";
    const engine = (textOption(input, "engine") ?? "hub") as EngineName;
    const spec = makeKernelSpec(name, engine);
    const written = writeKernelSpec(folder, name, spec);
    input.io.print(`Installed the kernel '${spec.display_name}' in ${written}`);
    const warning = python && whyNotFound(folder, python);
    if (warning) input.io.note(warning);
    teachPapermill(sitePackages(target, python), input.io);
    if (input.options.fastStart !== false && engine === "hub") await prepare(input.io);
  },
};

/** The kernel is installed and works; without this only papermill cannot pass parameters. */
function teachPapermill(site: string | undefined, io: CliIo): void {
  if (site === undefined) return;
  try {
    io.print(`Installed papermill support (passing parameters) in ${writePapermillPackage(site)}`);
  } catch (error) {
    io.note(`Papermill will not be able to pass parameters to TypeScript notebooks: ${reasonOf(error)}`);
  }
}

/** The kernel is installed and works; what goes wrong here costs only speed. */
async function prepare(io: CliIo): Promise<void> {
  try {
    await prepareFastStart();
  } catch (error) {
    io.note(`Kernels will start more slowly: ${reasonOf(error)}`);
  }
}

/** What keeps the Jupyter of this Python from finding the kernel; undefined when nothing does. */
function whyNotFound(folder: string, { executable, jupyter }: PythonInfo): string | undefined {
  if (!jupyter) return `${executable} has no Jupyter. To install it: ${executable} -m pip install jupyterlab`;
  const data = resolve(dirname(folder));
  if (jupyter.dataPath.some((path) => resolve(path) === data)) return undefined;
  return `The Jupyter of ${executable} does not look there by default. To change that: export JUPYTER_PATH=${data}`;
}
