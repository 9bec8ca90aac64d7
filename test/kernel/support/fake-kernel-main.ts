import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { Script } from "node:vm";
import type { Evaluator } from "../../../src/kernel/engine/engine.js";
import type { CellExtension } from "../../../src/kernel/extension.js";
import { startKernel } from "../../../src/kernel/kernel.js";

/** A whole kernel around the fake engine: real wire, real executor, JavaScript cells. */
const evaluator: Evaluator = {
  format: "fake",
  async evaluate({ js }) {
    const topLevelAwait = /\bawait\b/.test(js);
    const value: unknown = await new Script(topLevelAwait ? `(async () => {${js}\n})()` : js).runInThisContext();
    return { hasValue: value !== undefined, value };
  },
  names: () => new Map(),
  reset: () => undefined,
};

const log: string[] = [];
const extension: CellExtension = {
  globals: { $log: log },
  async runMagic({ name, args }, cell, body) {
    let captured = "";
    const stop = cell.onOutput((stream, text) => {
      captured += `${stream}:${text}`;
    });
    try {
      const { value } = await body();
      return { hasValue: true, value: { name, args, value } };
    } catch (error) {
      log.push(`${name} ${cell.signal.aborted ? "KILLED" : "FAILED"} ${(error as Error).name}`);
      throw error;
    } finally {
      stop();
      log.push(captured);
    }
  },
  async settle({ source }) {
    if (source.includes("SETTLE FAILS")) throw new Error("the store is full");
  },
  close: async () => undefined,
};

const [connectionFile = ""] = process.argv.slice(2);
startKernel({
  connectionFile,
  engine: { entry: fileURLToPath(new URL("fake-engine-main.js", import.meta.url)), args: [] },
  kernelVersion: "0.0.0",
  languageVersion: "0.0.0",
  load: async () => ({
    evaluator,
    extension,
    renderValue: (value) => ({ data: { "text/plain": inspect(value) } }),
    renderError(error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      return { ename: name, evalue: message, traceback: (stack ?? message).split("\n") };
    },
  }),
});
