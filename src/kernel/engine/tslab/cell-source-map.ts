import type { PositionMap } from "../engine.js";
import { decodeMappings, encodeMappings, findSegment, type Mappings, type Segment } from "../hub/source-map.js";
import { lineStarts, toSource } from "../position-map.js";

export interface SourceMapSteps {
  /** Source maps, as JSON text, of the steps that made the JavaScript; the first one starts from what tslab checked. */
  steps: readonly string[];
  /** Lines that tslab puts above the cell. */
  linesAbove: number;
  /** What stands before the cell's own text on its first line, in characters. */
  prefix: number;
  /** The cell as it was compiled, without prefix, and where its parts come from. */
  text: string;
  map: PositionMap | undefined;
}

/** @returns source map, as JSON text, from a cell's JavaScript to what the user wrote */
export function cellSourceMap({ steps, linesAbove, prefix, text, map }: SourceMapSteps): string {
  const [first = [], ...later] = steps.map((step) =>
    decodeMappings((JSON.parse(step) as { mappings: string }).mappings),
  );
  const composed = later.reduce(compose, first);
  const starts = lineStarts(text);
  const toUser = ([generated, line, column]: Segment): Segment[] => {
    const own = line - linesAbove;
    const start = starts[own];
    if (start === undefined) return []; // tslab's own line above, or the exports it puts below
    const at = Math.max(0, own === 0 ? column - prefix : column);
    if (!map) return [[generated, own, at]];
    // Lowering keeps lines, so a line's start in the source is where its start in the compiled text comes from.
    return [[generated, own, Math.max(0, toSource(map, start + at) - toSource(map, start))]];
  };
  const mappings = encodeMappings(composed.map((segments) => segments.flatMap(toUser)));
  return JSON.stringify({ version: 3, sources: ["cell"], names: [], mappings });
}

/** @param before - maps A to B, `after` maps B to C: the result maps C to A */
function compose(before: Mappings, after: Mappings): Mappings {
  return after.map((segments) =>
    segments.flatMap(([generated, line, column]): Segment[] => {
      const origin = findSegment(before, line, column);
      return origin ? [[generated, origin[1], origin[2]]] : [];
    }),
  );
}
