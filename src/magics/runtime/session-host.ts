import type { CellOutput } from "../../kernel/cell-output.js";
import type { CellInfo } from "../../kernel/extension.js";
import type { VegaLiteSpec } from "../../render/drawing.js";
import { svgOf } from "../../render/static/svg.js";
import type { SessionHost } from "../../tracking/session-host.js";
import { Provenance } from "../provenance/provenance.js";
import { say } from "./say.js";

/**
 * What a tracking session is told by the notebook it lives in: what it has to say stands under the cell, and a run that
 * was started without `%%run` comes from a notebook too.
 */
export function notebookHost(output: CellOutput, cell: () => CellInfo): Partial<SessionHost> {
  const provenance = new Provenance();
  return {
    announce: (line) => say(output, line),
    runTags: () => provenance.tags(cell(), process.cwd()),
    drawSvg: (spec) => svgOf(spec as VegaLiteSpec),
  };
}
