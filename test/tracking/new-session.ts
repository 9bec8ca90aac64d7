import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";

/** A session whose stores are in memory. @param said - gets what is announced */
export function newSession(said: string[] = []): TrackingSession {
  return new TrackingSession({
    resolveUri: (uri = "memory:") => uri,
    openStore: (uri) => new MemoryStore(uri),
    announce: (line) => said.push(line),
    runTags: () => ({ "mlflow.source.type": "LOCAL" }),
  });
}
