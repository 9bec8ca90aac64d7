import type { CellInput } from "../engine.js";
import { lineAndColumn, lineStarts, toSource } from "../position-map.js";
import type { TypeScript } from "../typescript.js";
import { CellNames } from "./cell-names.js";
import type { CellText } from "./cell-text.js";
import { factoryCalls } from "./factory.js";
import { runtimeNames } from "./layout.js";
import { decodeMappings, encodeMappings, type Mappings, type Segment } from "./source-map.js";
import { cellTransformer, cleanupTransformer } from "./transform.js";
import { TypedCalls } from "./typed-calls.js";

export interface EmittedCell {
  js: string;
  sourceMap: string;
  head: number;
  boxes: string[];
}

/** The cell's script: an async function of the cell, the interrupt flag, `require`, the folder and the boxes it uses. */
export function emitCell(
  program: TypeScript.Program,
  file: TypeScript.SourceFile,
  cell: CellText,
  input: CellInput,
  typedCalls: ReadonlySet<string> = new Set(),
): EmittedCell {
  const shared = new Set([...cell.outline.declares.keys(), ...cell.outline.identifiers]);
  const names = new CellNames(program.getTypeChecker(), file, shared, cell.body, cell.outline.vars);
  const factories = names.sharedOf(cell.factories);
  const factoryTransformer: TypeScript.TransformerFactory<TypeScript.SourceFile> = (context) => (emitted) =>
    factoryCalls(names, context, emitted, factories);
  let js = "";
  let map = "";
  // EmitOnly.Js, which the public type does not name: declarations are emitted after the value is out.
  const onlyJs = 0 as unknown as boolean;
  program.emit(
    file,
    (name, text) => {
      if (name.endsWith(".map")) map = text;
      else js = text;
    },
    undefined,
    onlyJs,
    {
      before: [cellTransformer(names, cell.body, new TypedCalls(program.getTypeChecker(), typedCalls))],
      after: [cleanupTransformer(), ...(factories.size === 0 ? [] : [factoryTransformer])],
    },
  );
  const boxes = [...names.boxes];
  const parameters = [runtimeNames.cell, runtimeNames.stop, "require", "__filename", "__dirname"];
  const head = `(async function (${[...parameters, ...boxes.map((name) => runtimeNames.box + name)].join(",")}){"use strict";`;
  const body = js.replace(/\n\/\/# sourceMappingURL=\S*\s*$/, "");
  return { js: `${head}${body}\n})`, sourceMap: userMap(map, cell, input), head: head.length, boxes };
}

/** The emitted map leads to the checker's file; this one to the user's source. */
function userMap(emitted: string, cell: CellText, input: CellInput): string {
  const source = input.source ?? input.text;
  const name = `Cell [${input.count}]`;
  const { mappings } = JSON.parse(emitted) as { mappings: string };
  const translate = input.map === undefined ? shiftOf(cell) : translation(cell, input, source);
  const lines: Mappings = decodeMappings(mappings).map((segments) => segments.flatMap((segment) => translate(segment)));
  return JSON.stringify({
    version: 3,
    file: name,
    sources: [name],
    sourcesContent: [source],
    names: [],
    mappings: encodeMappings(lines),
  });
}

/** Line 0 of the checker's file is ours, and so is the last. */
function shiftOf(cell: CellText): (segment: Segment) => Segment[] {
  const lines = lineStarts(cell.text.slice(cell.part.start, cell.part.end)).length;
  return ([generated, line, column]) => (line < 1 || line > lines ? [] : [[generated, line - 1, column]]);
}

function translation(cell: CellText, input: CellInput, source: string): (segment: Segment) => Segment[] {
  const lowered = lineStarts(cell.text.slice(cell.part.start, cell.part.end));
  const starts = lineStarts(source);
  return ([generated, line, column]) => {
    const start = lowered[line - 1];
    if (start === undefined) return [];
    const place = lineAndColumn(starts, toSource(input.map, start + column));
    return [[generated, place.line, place.column]];
  };
}
