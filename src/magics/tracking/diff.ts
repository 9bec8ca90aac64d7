import { diffRuns } from "../../queries/diff-runs.js";
import { findRun } from "../../queries/find-run.js";
import { runDiffBundle, runDifferences } from "../../render/run-diff.js";
import { defineMagic } from "../define-magic.js";
import type { MagicArg } from "../magic.js";
import { magicHints, sayIn } from "../runtime/say.js";

const oneRun = {
  type: "string",
  doc: "Name, id or id prefix",
  positional: true,
  required: true,
  complete: "run",
} as const satisfies Omit<MagicArg, "name">;

/** `%diff linear elastic`: what differs between two runs, their code line by line. */
export const diff = defineMagic({
  name: "diff",
  kind: "line",
  summary: "Show what differs between two runs: params, metrics, tags, environment, and the cell's code line by line",
  input: "args",
  args: [
    { name: "run1", ...oneRun },
    { name: "run2", ...oneRun },
  ],
  lowering: "await",
  returns:
    "{ params: Record<string, [string?, string?]>; metrics: Record<string, [number?, number?]>; tags: Record<string, [string?, string?]>; environment: Record<string, [string?, string?]>; code: string }",
  draws: true,
  examples: ["%diff linear elastic", "%diff 4f1c22aa 9d03b7e1", "const d = %diff linear elastic"],
  async run({ run1, run2 }, context) {
    const options = { several: "newest", viewType: "ALL", hints: magicHints, say: sayIn(context) } as const;
    const before = await findRun(context.session, run1, options);
    const after = await findRun(context.session, run2, options);
    const found = await diffRuns(context.session, before, after);
    if (!context.assigned) context.output.display(await runDiffBundle(found));
    return runDifferences(found);
  },
});
