import { inspect, stripVTControlCharacters } from "node:util";
import type { CellValue } from "../../kernel/engine/engine.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import { ValueOutline } from "../../value-outline.js";
import type { MagicContext } from "../magic.js";
import { literalValues } from "../provenance/const-literals.js";
import type { KeptOutput } from "../provenance/kept-output.js";
import type { LookedUp } from "../provenance/provenance.js";

/** What `%%run` keeps of a cell, besides what the cell logs. */
export interface RunRecord {
  outcome: CellOutcome;
  output: KeptOutput;
  lookedUp: LookedUp;
  /** Log the cell's const literals as params. */
  capture: boolean;
}

/** Levels of an error's properties that its text shows; as many as Node prints. */
const levels = 2;

/** What is kept, and how. */
type Kept = [what: string, keep: () => Promise<void>];

/**
 * Writes tags and the artifacts under `runlab/`: the cell's source, output, error and environment.
 * @returns one sentence per thing that could not be found out or kept; the cell's own outcome matters more and is not hidden by it
 */
export async function keepRecord(
  run: ActiveRun,
  { cell, services }: MagicContext,
  record: RunRecord,
): Promise<string[]> {
  const { outcome, output, lookedUp } = record;
  const files: Record<string, string | undefined> = {
    "runlab/cell.ts": cell.source,
    "runlab/environment.json": `${JSON.stringify(lookedUp.environment, null, 2)}\n`,
    "runlab/stdout.txt": output.text("stdout"),
    "runlab/stderr.txt": output.text("stderr"),
    "runlab/error.txt": outcome.status === "FINISHED" ? undefined : errorText(outcome.error),
  };
  const params = record.capture ? literalValues(cell.source, services.names()) : {};
  const kept: Kept[] = [
    ...(isEmpty(lookedUp.tags) ? [] : [["tags", () => run.setTags(lookedUp.tags)] as Kept]),
    ...(isEmpty(params) ? [] : [["captured params", () => run.logParams(params)] as Kept]),
    ...Object.entries(files).flatMap(([path, text]): Kept[] => {
      // What a cell prints may end in half an emoji.
      const whole = text?.replace(/\p{Surrogate}/gu, "\ufffd");
      return whole === undefined ? [] : [[path, () => run.logText(whole, path)]];
    }),
  ];
  const problems = await Promise.all(
    kept.map(([what, keep]) =>
      keep().then(
        () => undefined,
        (error: unknown) => `Could not record ${what}: ${describe(error)}`,
      ),
    ),
  );
  return [...lookedUp.problems, ...problems.filter((problem) => problem !== undefined)];
}

function isEmpty(values: object): boolean {
  return Object.keys(values).length === 0;
}

function errorText(error: unknown): string {
  const text =
    typeof error === "object" && error !== null
      ? inspect(new ValueOutline().printable(error, levels), { colors: false, depth: levels })
      : String(error);
  return `${stripVTControlCharacters(text)}\n`;
}

/** How a cell's body ended, in a run's words. */
export type CellOutcome =
  | { status: "FINISHED"; value: CellValue; reason?: undefined }
  | { status: "FAILED" | "KILLED"; error: unknown; reason: string };

/**
 * Evaluates a cell's body to its end, whatever that is: FAILED when it throws, KILLED when the user interrupts it,
 * also when the body awaits something that never comes. Never rejects.
 */
export async function cellOutcome(body: () => Promise<CellValue>, signal: AbortSignal): Promise<CellOutcome> {
  const interrupted = onAbort(signal);
  try {
    return { status: "FINISHED", value: await Promise.race([body(), interrupted.promise]) };
  } catch (error) {
    if (signal.aborted) return { status: "KILLED", error, reason: "interrupted by the user" };
    return { status: "FAILED", error, reason: describe(error) };
  } finally {
    interrupted.stop();
  }
}

function onAbort(signal: AbortSignal): { promise: Promise<never>; stop(): void } {
  let stop: () => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    stop = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  return { promise, stop };
}
