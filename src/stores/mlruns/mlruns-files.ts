import { join } from "node:path";
import { type RunlabError, TrackingError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { parseYaml } from "../../yaml-text.js";
import { nodeDisk } from "../file/node-disk.js";

/** A `meta.yaml` of MLflow's file store, whose fields are checked as they are read. */
export class MlrunsMeta {
  readonly #path: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(path: string, fields: Readonly<Record<string, unknown>>) {
    this.#path = path;
    this.fields = fields;
  }

  /** "" if the file does not have it. @throws {TrackingError} DATA_LOSS if it is not text */
  text(name: string): string {
    const value = own(this.fields, name);
    if (value === undefined || value === null) return "";
    if (typeof value === "string") return value;
    // An older MLflow did not quote the names and ids that are numbers.
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    throw damaged(this.#path, `${name} is not text`);
  }

  /** Undefined if the file does not have it. @throws {TrackingError} DATA_LOSS if it is not a number */
  number(name: string): number | undefined {
    const value = own(this.fields, name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number") return value;
    throw damaged(this.#path, `${name} is not a number`);
  }

  /** Of texts; empty where nothing is said. */
  record(name: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [key, value] of Object.entries(Object(own(this.fields, name)))) setOwn(found, key, String(value));
    return found;
  }
}

/** Reads the files below an `mlruns` folder. Links are not followed. */
export class MlrunsFiles {
  readonly #disk = nodeDisk();

  /** Folders in a folder, by name, sorted. */
  folders(path: string): string[] {
    return this.#disk
      .list(path)
      .filter((name) => this.isFolder(join(path, name)))
      .sort();
  }

  isFolder(path: string): boolean {
    return this.#disk.look(path)?.isDirectory() ?? false;
  }

  /** Undefined when the folder has none. @throws {TrackingError} DATA_LOSS naming the file, when it is no YAML */
  async meta(folder: string): Promise<MlrunsMeta | undefined> {
    const path = join(folder, "meta.yaml");
    const text = this.#disk.readText(path);
    if (text === undefined) return undefined;
    const fields = await parseYaml(text).catch((cause: unknown) => {
      throw damaged(path, cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause));
    });
    if (typeof fields !== "object" || fields === null) throw damaged(path, "it has no fields");
    return new MlrunsMeta(path, fields as Record<string, unknown>);
  }

  /** The keys that a folder has files for; a `/` in a key is a folder. */
  keys(folder: string, prefix = ""): string[] {
    const keys: string[] = [];
    for (const name of this.#disk.list(folder).sort()) {
      const path = join(folder, name);
      if (this.isFolder(path)) keys.push(...this.keys(path, `${prefix}${name}/`));
      else keys.push(prefix + name);
    }
    return keys;
  }

  /** Tags, params: a file for each key, with its value. */
  values(folder: string): Record<string, string> {
    const values: Record<string, string> = {};
    for (const key of this.keys(folder)) setOwn(values, key, this.#disk.readText(join(folder, key)) ?? "");
    return values;
  }

  /** The lines of a file, each split at its spaces; none when there is no such file. */
  rows(path: string): string[][] {
    const text = this.#disk.readText(path) ?? "";
    return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim().split(" ")]));
  }
}

export function damaged(path: string, problem: string): RunlabError {
  return new TrackingError("DATA_LOSS", `${path} is damaged: ${problem}.`, {
    hint: "Repair or remove it; nothing else is affected.",
  });
}
