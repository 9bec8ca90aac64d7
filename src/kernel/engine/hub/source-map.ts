import { decode, encode } from "@jridgewell/sourcemap-codec";

/** A place of generated text and where it comes from in a map's one source; lines and columns from 0. @see ECMA-426 */
export type Segment = readonly [generatedColumn: number, line: number, column: number];
/** One list of segments, sorted by column, for each generated line. */
export type Mappings = Segment[][];

/** Reads the `mappings` of a source map; segments that name no source are dropped. */
export function decodeMappings(text: string): Mappings {
  return decode(text).map((segments) =>
    segments.flatMap(([generated, , line, column]): Segment[] =>
      line === undefined || column === undefined ? [] : [[generated, line, column]],
    ),
  );
}

/** Writes the `mappings` of a source map that has one source. */
export function encodeMappings(lines: Mappings): string {
  return encode(lines.map((segments) => segments.map(([generated, line, column]) => [generated, 0, line, column])));
}

/** The last segment at or before a generated position (both from 0); undefined when the line has none before it. */
export function findSegment(lines: Mappings, line: number, column: number): Segment | undefined {
  return lines[line]?.findLast(([generated]) => generated <= column);
}
