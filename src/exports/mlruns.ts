import { readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { TrackingError } from "../errors.js";
import { temporaryFolder } from "../temporary-folder.js";
import { TrackingClient } from "../tracking/client.js";
import { experimentIn } from "./copy/copy-store.js";
import { RunCopier } from "./copy/run-copier.js";
import type { ExportFormat, ExportSource } from "./export-format.js";

/** MLflow's own folder, which MLflow reads and goes on with where MLFLOW_ALLOW_FILE_STORE=true. Runs are added to one that is there. */
export const mlruns = {
  name: "mlruns",
  doc: "a folder of MLflow's, named mlruns: everything, with artifacts and logged models; runs are added to one that exists",
  extensions: [],
  recognizes: (path) => basename(path) === "mlruns",
  async writeFolder(path, source) {
    // Loaded with the first use: the engine's snapshot has no stores.
    const { openMlruns } = await import("../stores/open.js");
    const target = new TrackingClient(openMlruns(path));
    const { path: folder } = temporaryFolder("runlab-export-");
    try {
      await copyRuns(source, target, folder);
    } finally {
      await target.store.close();
      await rm(folder, { recursive: true, force: true });
    }
    return bytesBelow(path);
  },
} satisfies ExportFormat;

/** @throws {TrackingError} RESOURCE_CONFLICT, when all is written, naming runs that are there and not equal */
async function copyRuns({ query, experiment, runs, advance }: ExportSource, to: TrackingClient, folder: string) {
  const copier = new RunCopier(query.client, to, folder);
  const experimentId = await experimentIn(to, experiment);
  const differ: string[] = [];
  for (const { info } of runs) {
    const outcome = await copier.copy(await query.client.getRun(info.runId), experimentId);
    if (typeof outcome !== "string") differ.push(`run ${info.runName} (${info.runId}): ${outcome.differs}`);
    advance();
  }
  if (differ.length === 0) return;
  throw new TrackingError("RESOURCE_CONFLICT", `${to.store.uri} has something else already: ${differ.join("; ")}.`, {
    hint: "These stay as they are; everything else was written.",
  });
}

async function bytesBelow(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
