import { errorCode, ModelError } from "../../errors.js";

/**
 * Keeps a model from ending the process that serves it. What it throws in timers, events, workers and rejected promises that
 * nothing waits for goes to `failed`, and so does a call of `process.exit()` or its like, as the error that it throws.
 * A crash of native code and the end of memory still end the process.
 * @returns gives the process back its own ways to end
 */
export function guardProcess(failed: (error: unknown) => void): () => void {
  const release = [catchErrors(failed), ...endings.map(([name, refused]) => refuse(name, refused))];
  return () => {
    for (const undo of release) undo();
  };
}

/** The ways in which code ends its own process, and which calls of them do. */
const endings: ReadonlyArray<readonly [name: string, refused: (...args: readonly unknown[]) => boolean]> = [
  ["exit", () => true],
  // What `process.exit` calls, and packages that wait for the end of a process call themselves.
  ["reallyExit", () => true],
  ["abort", () => true],
  // 0 is this process and its group, and signal 0 only asks whether a process lives.
  ["kill", (pid, signal) => [process.pid, 0, -process.pid].includes(Number(pid)) && signal !== 0],
];

/**
 * A capture callback stays when the model removes all listeners, and listeners of the model's own, which often exit, are not
 * called. Rejections come to it as well. With the `domain` module loaded there can be none: then a listener must do.
 */
function catchErrors(failed: (error: unknown) => void): () => void {
  try {
    process.setUncaughtExceptionCaptureCallback(failed);
    return () => process.setUncaughtExceptionCaptureCallback(null);
  } catch (error) {
    if (errorCode(error) !== "ERR_DOMAIN_CALLBACK_NOT_AVAILABLE") throw error;
    process.on("uncaughtException", failed);
    return () => process.off("uncaughtException", failed);
  }
}

function refuse(name: string, refused: (...args: readonly unknown[]) => boolean): () => void {
  const own = Object.getOwnPropertyDescriptor(process, name);
  const end: unknown = own?.value;
  if (own === undefined || typeof end !== "function") return () => undefined;
  const value = (...args: readonly unknown[]): unknown => {
    if (!refused(...args)) return Reflect.apply(end, process, args);
    throw new ModelError("INVALID_STATE", `The model called process.${name}(${args.map(String).join(", ")}).`, {
      hint: "A served model must not end the process; throw an error instead.",
    });
  };
  Object.defineProperty(process, name, { ...own, value });
  return () => void Object.defineProperty(process, name, own);
}
