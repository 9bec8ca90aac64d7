import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, KernelError, reasonOf } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import { list, object, text, value } from "../../schema.js";
import { packageInfo } from "../package-info.js";
import type { EngineName } from "./engine-name.js";

/** kernel.json. @see Jupyter client, "Kernel specs" */
export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message" | "signal";
  /** `runlab` marks the kernelspec as ours: only such a one is replaced or removed. */
  metadata: { debugger: boolean; runlab: { version: string; engine: EngineName } };
}

/**
 * Flags of the kernel's Node.
 * `--no-force-async-hooks-checks`: an interrupted cell leaves the stack of async hooks unbalanced; without it Node aborts.
 * `--disable-warning`: cells run through an API that Node calls experimental; its warning would stand under a first cell.
 */
const nodeFlags = ["--no-force-async-hooks-checks", "--disable-warning=ExperimentalWarning"];

const here = dirname(fileURLToPath(import.meta.url));
const logos = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];

/** The program that a kernelspec starts. */
export function kernelMain(): string {
  return fileURLToPath(new URL("../../main/kernel-main.js", import.meta.url));
}

/** @param name - of the kernelspec; another than `runlab` shows in the display name */
export function makeKernelSpec(name: string, engine: EngineName): KernelSpec {
  const engineArgs = engine === "hub" ? [] : ["--engine", engine];
  return {
    argv: [process.execPath, ...nodeFlags, kernelMain(), "{connection_file}", ...engineArgs],
    display_name: name === "runlab" ? "TypeScript (runlab)" : `TypeScript (${name})`,
    language: "typescript",
    // By message: the wire lives on a thread of its own and takes it while a cell is busy, on every platform.
    interrupt_mode: "message",
    metadata: { debugger: false, runlab: { version: packageInfo().version, engine } },
  };
}

/**
 * Writes a kernelspec with its logos, whole or not at all.
 * @returns its folder
 * @throws {KernelError} RESOURCE_ALREADY_EXISTS when a kernel that is not runlab's has the name
 */
export function writeKernelSpec(kernels: string, name: string, spec: KernelSpec): string {
  checkName(name);
  const folder = join(kernels, name);
  if (existsSync(folder) && !isOurs(folder)) {
    throw new KernelError("RESOURCE_ALREADY_EXISTS", `${folder} is the kernel of another program.`, {
      hint: "Choose another name: --name my-runlab",
    });
  }
  const fresh = `${folder}.${process.pid}.new`;
  try {
    makeFolder(fresh);
    for (const logo of logos) copyFileSync(join(here, "logos", logo), join(fresh, logo));
    writeFileSync(join(fresh, "kernel.json"), `${JSON.stringify(spec, null, 1)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (cause) {
    if (existsSync(fresh)) rmSync(fresh, { recursive: true });
    throw cannotWrite(kernels, cause);
  }
  return folder;
}

/**
 * @returns the folder that was removed; undefined when there is no kernel of that name
 * @throws {KernelError} PERMISSION_DENIED when the kernel is not runlab's
 */
export function removeKernelSpec(kernels: string, name: string): string | undefined {
  checkName(name);
  const folder = join(kernels, name);
  if (!existsSync(folder)) return undefined;
  if (!isOurs(folder)) {
    throw new KernelError("PERMISSION_DENIED", `${folder} is the kernel of another program, so it was not removed.`, {
      hint: `To remove it anyway: jupyter kernelspec remove ${name}`,
    });
  }
  try {
    rmSync(folder, { recursive: true });
  } catch (cause) {
    throw cannotWrite(kernels, cause);
  }
  return folder;
}

/** What kernel.json holds, as far as runlab reads it. */
export const kernelSpecSchema = object({
  argv: list(text),
  display_name: text,
  metadata: object({ runlab: object({ version: text }) }),
});

const marked = object({ metadata: object({ runlab: value("a mark", (found) => found !== undefined) }) });

/** The kernel.json of a folder, which anyone may have edited; undefined when it is missing or unreadable. */
export function readKernelSpec(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** True for the folder of a kernelspec that runlab wrote. */
export function isOurs(folder: string): boolean {
  return marked.find(readKernelSpec(folder)) === undefined;
}

/** True for a folder of kernels with one that runlab wrote. */
export function hasOurs(kernels: string): boolean {
  return existsSync(kernels) && readdirSync(kernels).some((name) => isOurs(join(kernels, name)));
}

/** Jupyter's own rule for names of kernels; it lower-cases them when it looks for one. */
function checkName(name: string): void {
  if (/^[a-z0-9._-]+$/.test(name) && !/^\.+$/.test(name)) return;
  throw new KernelError("INVALID_PARAMETER_VALUE", `'${name}' is not a valid kernel name.`, {
    hint: "Use lower-case letters, digits, '.', '_' and '-', e.g. --name runlab-next",
  });
}

function cannotWrite(folder: string, cause: unknown): KernelError {
  const code = errorCode(cause);
  const denied = code === "EACCES" || code === "EPERM" || code === "EROFS";
  return new KernelError(
    denied ? "PERMISSION_DENIED" : "INTERNAL_ERROR",
    `Cannot write to ${folder}: ${reasonOf(cause)}.`,
    {
      hint: denied ? "Install for this user only (--user), or to your own folder (--prefix)." : undefined,
      cause,
    },
  );
}
