import { parentPort, workerData } from "node:worker_threads";
import { RunlabError } from "../../errors.js";
import type { MlflowDbStore } from "../mlflow-db/mlflow-db-store.js";
import { openSql } from "./open-sql.js";
import type { SqlStore } from "./sql-store.js";
import type { CallAnswer, SentError, ThreadRequest, ThreadSettings } from "./sql-thread.js";

const { uri, settings } = workerData as ThreadSettings;
const opening = openSql(uri, settings);
// Every call is told why. One that has not come yet would find that the unhandled rejection has ended the thread.
opening.catch(() => undefined);
const underWay = new Set<Promise<unknown>>();

parentPort?.on("message", async (request: ThreadRequest) => {
  if (request.kind === "now") {
    const { runId, end, done } = request;
    const isStored = await opening
      .then((store) => store.endRunning(runId, end))
      .then(
        () => true,
        () => false,
      );
    // 1: written; 2: not.
    Atomics.store(done, 0, isStored ? 1 : 2);
    Atomics.notify(done, 0);
    return;
  }
  const { id } = request;
  try {
    const work = request.kind === "close" ? close() : opening.then((store) => call(store, request));
    underWay.add(work);
    const value = await work.finally(() => underWay.delete(work));
    parentPort?.postMessage({ id, value } satisfies CallAnswer);
  } catch (error) {
    parentPort?.postMessage({ id, error: toSent(error) } satisfies CallAnswer);
  }
});

async function close(): Promise<void> {
  await Promise.allSettled([...underWay]);
  await (await opening).close();
}

/** The methods are named by our own code. */
function call(
  store: SqlStore | MlflowDbStore,
  { target, method, args }: Extract<ThreadRequest, { kind: "call" }>,
): Promise<unknown> {
  const callee = target === "store" ? store : store.registry;
  const work = Reflect.get(callee, method) as (...args: readonly unknown[]) => Promise<unknown>;
  return work.apply(callee, [...args]);
}

function toSent(error: unknown): SentError {
  if (!(error instanceof RunlabError)) return { name: "Error", message: String(error) };
  const { name, code, message, hint } = error;
  return { name, code, message, ...(hint === undefined ? {} : { hint }) };
}
