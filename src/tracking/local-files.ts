import type { Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { TrackingError } from "../errors.js";

export interface LocalFile {
  file: string;
  /** Below the folder, with `/` between its parts. */
  path: string;
}

/**
 * Every file below a folder, links followed; listed before the first is copied.
 * @param artifactUri - where the files go; absent: nowhere, they are only read
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST for what cannot be read; INVALID_PARAMETER_VALUE when the files would be
 *   copied into the very folder that they come from, or a link leads back to a folder above it
 */
export async function filesBelow(folder: string, artifactUri?: string): Promise<LocalFile[]> {
  if (artifactUri !== undefined) await checkApart(folder, artifactUri);
  const files: LocalFile[] = [];
  await walk(folder, "", [], files);
  return files;
}

async function checkApart(folder: string, artifactUri: string): Promise<void> {
  const target = artifactUri.startsWith("file:") ? fileURLToPath(artifactUri) : artifactUri;
  // Either may be written by way of a link.
  const real = await realpath(folder).catch(() => resolve(folder));
  const paths = [target, await nearestReal(target)];
  if (paths.some((place) => place.startsWith(`${resolve(folder)}${sep}`) || place.startsWith(`${real}${sep}`))) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The folder '${folder}' contains the store, so every run would be copied into this one.`,
      { hint: `Log the files or folders that you need instead. The run's own folder is ${target}` },
    );
  }
}

async function walk(folder: string, below: string, above: readonly string[], files: LocalFile[]): Promise<void> {
  const unreadable = (path: string) => (cause: unknown) => {
    throw missingFile(path, cause);
  };
  const real = await realpath(folder).catch(unreadable(folder));
  if (above.includes(real)) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The link '${folder}' points back to a folder that contains it.`,
    );
  }
  for (const name of (await readdir(folder).catch(unreadable(folder))).sort()) {
    const file = join(folder, name);
    const path = below === "" ? name : `${below}/${name}`;
    const info = await stat(file).catch(unreadable(file));
    if (info.isDirectory()) await walk(file, path, [...above, real], files);
    else files.push({ file: resolve(checkRegular(file, info)), path });
  }
}

/** Reading a pipe or a device may never end. @throws {TrackingError} INVALID_PARAMETER_VALUE */
export function checkRegular(path: string, info: Stats): string {
  if (info.isFile()) return path;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `'${path}' is a pipe, a socket or a device, not a file.`, {
    hint: "Save its output to a file and log that, or leave it out of the folder.",
  });
}

/** Where the nearest folder of a path that is there lies, without links. */
async function nearestReal(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined) return join(real, relative(folder, path));
    if (folder === dirname(folder)) return path;
  }
}

export function missingFile(path: string, cause: unknown): TrackingError {
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no readable file or folder at '${path}'.`, {
    hint: `The current directory is ${process.cwd()}.`,
    cause,
  });
}
