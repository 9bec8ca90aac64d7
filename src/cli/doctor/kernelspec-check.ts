import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { flawText, type TypeOf } from "../../schema.js";
import { kernelsFolder } from "../jupyter/kernel-folder.js";
import { isOurs, kernelMain, kernelSpecSchema, readKernelSpec } from "../kernelspec/kernelspec.js";
import { packageInfo } from "../package-info.js";
import type { Check, CheckContext, Finding } from "./check.js";

export const kernelspecCheck: Check = {
  title: "Kernel",
  async look(context) {
    const folders = installedKernels(context);
    if (folders.length > 0) return folders.flatMap(examine);
    const hint = context.python ? `runlab install --python ${context.python.executable}` : "runlab install";
    return [{ status: "problem", what: "the kernel is not installed in this Jupyter", hint }];
  },
};

/** Folders of runlab's kernelspecs, in the order in which Jupyter looks. */
export function installedKernels({ python }: CheckContext): string[] {
  const data = (python?.jupyter?.dataPath ?? []).map((path) => join(path, "kernels"));
  const folders = new Set([...data, kernelsFolder({ kind: "user" }, python)]);
  return [...folders].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter(isOurs);
  });
}

function examine(folder: string): Finding[] {
  const found = readKernelSpec(folder);
  const flaw = kernelSpecSchema.find(found);
  if (flaw !== undefined) {
    const what = `${join(folder, "kernel.json")} is damaged: ${flawText(flaw)}`;
    return [{ status: "problem", what, hint: "To write it again: runlab install" }];
  }
  const spec = found as TypeOf<typeof kernelSpecSchema>;
  const what = `'${spec.display_name}' in ${folder}`;
  const missing = spec.argv.filter((word) => isAbsolute(word) && !existsSync(word));
  if (missing.length > 0) {
    return [
      {
        status: "problem",
        what: `${what} starts ${missing.join(" and ")}, which no longer exists`,
        hint: "runlab install",
      },
    ];
  }
  const { version } = spec.metadata.runlab;
  const current = packageInfo().version;
  if (version !== current || !spec.argv.includes(kernelMain())) {
    const hint = "To make it start this runlab: runlab install";
    return [{ status: "warning", what: `${what} starts another runlab (${version}; this one is ${current})`, hint }];
  }
  return [{ status: "ok", what }];
}
