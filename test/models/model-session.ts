import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, resolveUri } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";

export interface ModelSession {
  session: TrackingSession;
  /** Of the person: beside the store. */
  folder: string;
  /** What was announced. */
  said: string[];
  /** The notebook's names. */
  names: Map<string, unknown>;
}

/** A session on a store of its own, in a temporary folder that is removed afterwards. */
export async function withModels<T>(work: (place: ModelSession) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-models-"));
  const said: string[] = [];
  const names = new Map<string, unknown>();
  const session = new TrackingSession({
    resolveUri,
    openStore,
    announce: (line) => void said.push(line),
    cellNames: () => names,
  });
  session.setTrackingUri(join(folder, "runlab"));
  try {
    return await work({ session, folder, said, names });
  } finally {
    await session.close();
    await rm(folder, { recursive: true });
  }
}
