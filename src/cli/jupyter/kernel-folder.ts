import { join, resolve } from "node:path";
import { KernelError } from "../../errors.js";
import { jupyterDataFolder } from "../../user-folders.js";
import type { PythonInfo } from "./python.js";

/** Where a kernelspec is put. */
export type InstallTarget = { kind: "user" } | { kind: "sys-prefix" } | { kind: "prefix"; prefix: string };

/**
 * The folder that holds the kernelspecs of a target.
 * @param python - needed for `sys-prefix`; for `user`, its Jupyter's own folder is taken when it has one
 * @throws {KernelError} INVALID_STATE for `sys-prefix` without a Python, and for `user` when the account has no home folder
 * @see jupyter_core.paths
 */
export function kernelsFolder(target: InstallTarget, python: PythonInfo | undefined): string {
  switch (target.kind) {
    case "prefix":
      return join(resolve(target.prefix), "share", "jupyter", "kernels");
    case "sys-prefix":
      if (python === undefined) throw new KernelError("INVALID_STATE", "A Python is needed to find its environment.");
      return join(python.prefix, "share", "jupyter", "kernels");
    case "user":
      return join(python?.jupyter?.userData ?? jupyterDataFolder() ?? refuse(), "kernels");
  }
}

function refuse(): never {
  throw new KernelError("INVALID_STATE", "This account has no home folder to install to.", {
    hint: "Choose a folder: --prefix <folder>.",
  });
}
