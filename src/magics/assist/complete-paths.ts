import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { homePath } from "../runtime/home-path.js";
import type { PartialValue } from "./partial-arg.js";
import type { Proposed } from "./proposal.js";

/** Entries of the folder that a path names so far, from the working directory; hidden ones when their dot is typed. */
export async function proposePaths(value: PartialValue, wanted: "file" | "folder"): Promise<Proposed> {
  const path = value.text === "~" ? "~/" : value.text;
  const shown = path.slice(0, path.lastIndexOf("/") + 1);
  const base = path.slice(shown.length);
  const folder = await inFolder(homePath(shown));
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") && !base.startsWith(".")) continue;
    const isFolder = await leadsToFolder(folder, entry);
    if (isFolder || wanted === "file") names.push(entry.name + (isFolder ? "/" : ""));
  }
  if (base === "..") names.unshift("../");
  return {
    start: value.start,
    typed: path,
    proposals: names.map((name) => ({
      text: value.write(shown + name, name.endsWith("/")),
      name: shown + name,
      type: "path",
    })),
  };
}

/** A working directory that has been removed holds nothing. */
async function inFolder(path: string): Promise<string> {
  try {
    return resolve(path);
  } catch {
    return path;
  }
}

async function leadsToFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(resolve(folder, entry.name)).catch(() => undefined);
  return target?.isDirectory() === true;
}
