import type { Syntax } from "../../kernel/extension.js";
import type { MagicIndex } from "../language/find-magic.js";
import { findHeader } from "../language/grammar.js";
import { standsAlone } from "../language/parse.js";
import type { Magic } from "../magic.js";

/** Where in a magic's line the cursor is. Offsets are the cell's. */
export type CursorPlace =
  | { kind: "name"; marker: "%" | "%%"; start: number; end: number; name: string; first: boolean }
  | { kind: "args"; marker: "%" | "%%"; magic: Magic; start: number; nameEnd: number; lineEnd: number };

const magicStart = /^(\s*(?:(?:export\s+)?(?:const|let|var)\s+[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=\s*)?)(%%?)(\w*)/u;

/** @returns undefined when the cursor is in no magic's line; unlike `parse`, it takes a line that is not finished */
export function cursorPlace(code: string, cursor: number, index: MagicIndex, syntax: Syntax): CursorPlace | undefined {
  if (!code.includes("%")) return undefined;
  const lineStart = Math.max(code.lastIndexOf("\n", cursor - 1), code.lastIndexOf("\r", cursor - 1)) + 1;
  const lineEnd = lineStart + (/^[^\n\r]*/.exec(code.slice(lineStart))?.[0].length ?? 0);
  const match = magicStart.exec(code.slice(lineStart, lineEnd));
  if (!match) return undefined;
  const [, before = "", mark, name = ""] = match;
  const marker = mark === "%%" ? "%%" : "%";
  const start = lineStart + before.length;
  const nameEnd = start + marker.length + name.length;
  if (cursor < start + 1) return undefined;
  const first = code.slice(0, start).trim() === "";
  if (!(marker === "%%" && first)) {
    const header = findHeader(code);
    if (header && index.get(header.name)?.body === "text") return undefined;
    const statement = lineStart + before.length - before.trimStart().length;
    if (!standsAlone(code, { start: statement, percent: start, end: lineEnd }, syntax)) return undefined;
  }
  if (cursor <= nameEnd) return { kind: "name", marker, start, end: nameEnd, name, first };
  const magic = index.get(name);
  return magic && { kind: "args", marker, magic, start, nameEnd, lineEnd };
}
