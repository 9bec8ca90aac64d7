import { Script } from "node:vm";
import { parentPort } from "node:worker_threads";
import { errorCode } from "../../errors.js";

/**
 * Entry of a small thread that waits for SIGINT. Node hands signals to the main thread's event loop, which stands
 * still while a cell loops; `breakOnSigint` is answered by a native thread instead, at any time. The outer script
 * keeps that handler in place while the inner one is started again, so that two signals in a row do not end Node.
 */
const parked = new Int32Array(new SharedArrayBuffer(4));
const name = Symbol.for("runlab.park");

const park = new Script(`Atomics.wait(globalThis[Symbol.for("runlab.park")].parked, 0, 0)`);
const rounds = new Script(`globalThis[Symbol.for("runlab.park")].rounds()`);

function forSigint(script: Script): void {
  try {
    script.runInThisContext({ breakOnSigint: true });
  } catch (error) {
    if (errorCode(error) !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    parentPort?.postMessage("SIGINT");
  }
}

Object.defineProperty(globalThis, name, {
  value: {
    parked,
    rounds: (): never => {
      for (;;) forSigint(park);
    },
  },
});

for (;;) forSigint(rounds);
