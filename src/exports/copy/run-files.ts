import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { TrackingClient } from "../../tracking/client.js";

/** The paths of all files of a run, sorted. */
export async function filesOf(client: TrackingClient, runId: string, folder?: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { path, isDir } of await client.listArtifacts(runId, folder)) {
    if (isDir) paths.push(...(await filesOf(client, runId, path)));
    else paths.push(path);
  }
  return paths.sort();
}

/**
 * Gives `use` a file of a run on this machine, which is removed afterwards when it is a copy.
 * @param folder - for copies
 */
export async function withFile<T>(
  client: TrackingClient,
  runId: string,
  path: string,
  folder: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const local = await client.localArtifactPath(runId, path);
  if (local !== undefined) return use(local);
  const target = join(folder, "copy");
  try {
    return await use(await client.downloadArtifacts(runId, path, target));
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

/** In hex. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** A file in which ids stand under which the copy of a run and its models has others. */
export async function withIds(file: string, ids: ReadonlyMap<string, string>, folder: string): Promise<string> {
  let text = await readFile(file, "utf8");
  for (const [id, other] of ids) text = text.replaceAll(id, other);
  const changed = join(folder, "with-ids");
  await writeFile(changed, text);
  return changed;
}
