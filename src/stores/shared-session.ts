import { TrackingSession } from "../tracking/session.js";
import { openStore, resolveUri } from "./open.js";

const key = Symbol.for("runlab.session");

/**
 * The one tracking session of the process. Cells load the package from the user's `node_modules` while the kernel has its
 * own copy; both find the same session here.
 */
export function sharedSession(): TrackingSession {
  const found: unknown = Reflect.get(globalThis, key);
  // Another copy of the package has a class of its own: it is recognised by its key, not by instanceof.
  if (found !== undefined) return found as TrackingSession;
  const session = new TrackingSession({
    resolveUri,
    openStore,
    announce: (line) => process.stderr.write(`${line}\n`),
    runTags: () => ({ "mlflow.source.name": process.argv[1] ?? "node", "mlflow.source.type": "LOCAL" }),
  });
  Object.defineProperty(globalThis, key, { value: session, configurable: true });
  return session;
}
