import type { CellInput } from "../engine.js";
import { decodeMappings, encodeMappings, findSegment, type Mappings, type Segment } from "../hub/source-map.js";
import { lineAndColumn, lineStarts, toSource } from "../position-map.js";

/** A source map as JSON text, from JavaScript to what the user wrote. */
export type SourceMapText = string;

/**
 * @param steps - source maps of the steps that made the JavaScript, the first from what tslab checked
 * @param prefix - characters before the cell's own text on its first line
 */
export function cellSourceMap(steps: readonly SourceMapText[], cell: CellInput, prefix: number): SourceMapText {
  const source = cell.source ?? cell.text;
  const compiled = lineStarts(cell.text);
  const starts = lineStarts(source);
  return fileSourceMap(steps, `Cell [${cell.count}]`, source, ([generated, line, column]) => {
    const own = line - linesAbove;
    const start = compiled[own];
    if (start === undefined) return []; // tslab's own line above, or the exports it puts below
    const at = Math.max(0, own === 0 ? column - prefix : column);
    if (!cell.map) return [[generated, own, at]];
    const place = lineAndColumn(starts, toSource(cell.map, start + at));
    return [[generated, place.line, place.column]];
  });
}

/** `export {};`, by which tslab makes a cell, and a `@module` cell, a module. */
export const linesAbove = 1;

/** @param place - where a position of what tslab checked stands in `source`; nowhere, when it is tslab's own text */
export function fileSourceMap(
  steps: readonly SourceMapText[],
  name: string,
  source: string,
  place: (segment: Segment) => Segment[],
): SourceMapText {
  const [first = [], ...later] = steps.map((step) =>
    decodeMappings((JSON.parse(step) as { mappings: string }).mappings),
  );
  const composed = later.reduce(compose, first);
  const mappings = encodeMappings(composed.map((segments) => segments.flatMap(place)));
  return JSON.stringify({ version: 3, sources: [name], sourcesContent: [source], names: [], mappings });
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
