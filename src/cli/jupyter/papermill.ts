import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../../make-folder.js";
import { packageInfo } from "../package-info.js";
import type { InstallTarget } from "./kernel-folder.js";
import type { PythonInfo } from "./python.js";

/** The Python package that teaches papermill to write parameters in TypeScript. */
const name = "runlab_papermill";

/**
 * Where the Python of a kernelspec looks for packages: the environment's own folder; the user's where there is no
 * environment, so that a system's Python is left alone; below the prefix when one is named, as pip does it.
 * @returns undefined when the Python has not told
 */
export function sitePackages(target: InstallTarget, python: PythonInfo | undefined): string | undefined {
  if (python?.site === undefined) return undefined;
  if (target.kind === "prefix") {
    const prefix = resolve(target.prefix);
    if (process.platform === "win32") return join(prefix, "Lib", "site-packages");
    return join(prefix, "lib", `python${python.version.split(".").slice(0, 2).join(".")}`, "site-packages");
  }
  return target.kind === "sys-prefix" || python.site.isolated ? python.site.environment : python.site.user;
}

/** Where `uninstall` looks for the package; without a target, wherever `install` may have put it. */
export function papermillSites(target: InstallTarget | undefined, python: PythonInfo | undefined): string[] {
  if (target?.kind !== "prefix") {
    if (target !== undefined) return [sitePackages(target, python) ?? []].flat();
    return python?.site === undefined ? [] : [python.site.environment, python.site.user];
  }
  const prefix = resolve(target.prefix);
  if (process.platform === "win32") return [join(prefix, "Lib", "site-packages")];
  const lib = join(prefix, "lib");
  const versions = existsSync(lib) ? readdirSync(lib).filter((entry) => entry.startsWith("python")) : [];
  return versions.map((version) => join(lib, version, "site-packages"));
}

/**
 * Puts the package into `site` as pip would, so that pip lists it and can remove it: papermill finds it by its entry point.
 * @returns its folder
 * @throws the error of the file system
 */
export function writePapermillPackage(site: string): string {
  const { folder, version } = packageInfo();
  removePapermillPackage(site);
  const target = join(site, name);
  // Python's versions have no "-beta.1".
  const info = `${name}-${version.split("-")[0]}.dist-info`;
  makeFolder(target);
  mkdirSync(join(site, info));
  copyFileSync(join(folder, "python", name, "__init__.py"), join(target, "__init__.py"));
  const files: Readonly<Record<string, string>> = {
    METADATA:
      `Metadata-Version: 2.1\nName: runlab-papermill\nVersion: ${version.split("-")[0]}\n` +
      "Summary: Parameters for TypeScript notebooks in papermill\nLicense: MIT\n",
    WHEEL: "Wheel-Version: 1.0\nGenerator: runlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    INSTALLER: "runlab\n",
    "entry_points.txt": `[papermill.engine]\nrunlab = ${name}:Engine\n`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(site, info, file), text);
  const recorded = [...Object.keys(files), "RECORD"].map((file) => `${info}/${file},,\n`);
  writeFileSync(join(site, info, "RECORD"), `${name}/__init__.py,,\n${recorded.join("")}`);
  return target;
}

/** @returns the folder that was removed; undefined when there was none */
export function removePapermillPackage(site: string): string | undefined {
  const target = join(site, name);
  if (!existsSync(site)) return undefined;
  const infos = readdirSync(site).filter((entry) => entry.startsWith(`${name}-`) && entry.endsWith(".dist-info"));
  for (const info of infos) rmSync(join(site, info), { recursive: true });
  if (!existsSync(target)) return undefined;
  rmSync(target, { recursive: true });
  return target;
}
