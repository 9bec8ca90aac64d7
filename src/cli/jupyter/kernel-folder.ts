import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { KernelError } from "../../errors.js";
import type { PythonInfo } from "./python.js";

/** Where a kernelspec is put. */
export type Place = { kind: "user" } | { kind: "sys-prefix" } | { kind: "prefix"; prefix: string };

/**
 * The folder that holds the kernelspecs of a place.
 * @param python - needed for `sys-prefix`; for `user`, its Jupyter's own folder is taken when it has one
 * @throws {KernelError} INVALID_STATE for `sys-prefix` without a Python
 * @see jupyter_core.paths
 */
export function kernelsFolder(place: Place, python: PythonInfo | undefined): string {
  switch (place.kind) {
    case "prefix":
      return join(resolve(place.prefix), "share", "jupyter", "kernels");
    case "sys-prefix":
      if (python === undefined) throw new KernelError("INVALID_STATE", "An environment is found through its Python.");
      return join(python.prefix, "share", "jupyter", "kernels");
    case "user":
      return join(python?.jupyter?.userData ?? defaultUserData(), "kernels");
  }
}

/** Jupyter's data folder of this user, as every Jupyter without settings of its own reads it. */
function defaultUserData(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}
