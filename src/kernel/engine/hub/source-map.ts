/** Reads and writes the `mappings` of source maps. @see ECMA-426 */

/** [generated column, source line, source column], all from 0; `source` is left out of segments of length 1. */
export type Segment = readonly [generated: number, line: number, column: number];
export type Mappings = Segment[][];

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Map([...digits].map((digit, value) => [digit, value]));

/** One list of segments per generated line; segments that name no source are dropped. */
export function decodeMappings(text: string): Mappings {
  const lines: Mappings = [];
  let line = 0;
  let column = 0;
  for (const part of text.split(";")) {
    const segments: Segment[] = [];
    let generated = 0;
    for (const code of part === "" ? [] : part.split(",")) {
      const [generatedDelta = 0, source, lineDelta = 0, columnDelta = 0] = decodeNumbers(code);
      generated += generatedDelta;
      if (source === undefined) continue;
      line += lineDelta;
      column += columnDelta;
      segments.push([generated, line, column]);
    }
    lines.push(segments);
  }
  return lines;
}

/** The inverse, for a map of one source. */
export function encodeMappings(lines: Mappings): string {
  let line = 0;
  let column = 0;
  return lines
    .map((segments) => {
      let generated = 0;
      return segments
        .map((segment) => {
          const code =
            encodeNumber(segment[0] - generated) +
            "A" +
            encodeNumber(segment[1] - line) +
            encodeNumber(segment[2] - column);
          [generated, line, column] = segment;
          return code;
        })
        .join(",");
    })
    .join(";");
}

/** The last segment at or before a generated position (both from 0); undefined when the line has none before it. */
export function findSegment(lines: Mappings, line: number, column: number): Segment | undefined {
  let found: Segment | undefined;
  for (const segment of lines[line] ?? []) {
    if (segment[0] > column) break;
    found = segment;
  }
  return found;
}

function decodeNumbers(code: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of code) {
    const bits = values.get(digit) ?? 0;
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function encodeNumber(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let code = "";
  do {
    const bits = rest & 31;
    rest >>>= 5;
    code += digits[rest > 0 ? bits | 32 : bits];
  } while (rest > 0);
  return code;
}
