import { diffRuns } from "../../queries/diff-runs.js";
import { shownLines } from "../../render/code-diff.js";
import { plural } from "../../render/format-value.js";
import { shownDiff } from "../../render/run-diff.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { DiffJson } from "./page-json.js";

/** Most lines of code of one answer. */
const mostLines = 2000;

/** What differs between two runs. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export async function diffAnswer(client: TrackingClient, a: string, b: string): Promise<DiffJson> {
  const [before, after] = await Promise.all([client.getRun(a), client.getRun(b)]);
  const { code, ...rest } = await shownDiff(await diffRuns({ client }, before, after));
  if (typeof code === "string" || code.length <= mostLines) {
    return { ...rest, code: typeof code === "string" ? code : shownLines(code, mostLines) };
  }
  const left = `Code: ${plural(code.length - mostLines, "line")} not shown.`;
  return { ...rest, notes: [...rest.notes, left], code: shownLines(code, mostLines) };
}
