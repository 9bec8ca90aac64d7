import { MagicError } from "../../errors.js";
import type { Diagnostic } from "../../kernel/engine/engine.js";
import type { Syntax } from "../../kernel/extension.js";
import type { Magic } from "../magic.js";
import type { MagicIndex } from "./find-magic.js";
import { type Candidate, findCandidates, findHeader, findMisused, type Header } from "./grammar.js";

/** A cell taken apart; the parts, one after the other, are the source. */
export interface ParsedCell {
  source: string;
  header?: Header & { magic: Magic };
  /** Everything that is not the header: code, magic lines, and the text body of a cell magic. */
  parts: Part[];
  /** Lines that were left as code though they look like magics; see `LoweredCell.suspects`. */
  suspects: Diagnostic[];
}

export type Part = { kind: "code" | "text"; start: number; end: number } | MagicLine;

/** A line magic where it stands; `start` to `end` without the line break. */
export interface MagicLine extends Candidate {
  kind: "magic";
  magic: Magic;
  /** Whether `await` is fine there; see `StatementSpan.place`. */
  place: "async" | "sync" | "class";
}

// With its `;`: the line below may begin with a bracket.
const placeholder = "void 0;";

/**
 * Finds the magics of a cell. Lines that look like magics are replaced by `void 0`; those that TypeScript then takes
 * for whole statements are magics, the others (in a template, a comment, a longer expression) stay code.
 * @throws {MagicError} for a name that is not a magic, unless the cell parses with that line as TypeScript
 */
export function parse(source: string, index: MagicIndex, syntax: Syntax): ParsedCell {
  if (!/%[A-Za-z]|^[ \t]*[!?]|\?[ \t]*$/m.test(source)) return { source, parts: codeOnly(source, 0), suspects: [] };
  const found = findHeader(source);
  const header = found && { ...found, magic: headerMagic(found, index) };
  // The header is evaluated apart; its line break belongs to the body, so that the parts are the whole source.
  const bodyFrom = header ? header.end : 0;
  if (header && !header.help && header.magic.body === "text") {
    return { source, header, parts: [{ kind: "text", start: bodyFrom, end: source.length }], suspects: [] };
  }
  const candidates = withoutExpressions(source, bodyFrom, findCandidates(source, bodyFrom), index, syntax);
  if (candidates.length === 0) {
    return {
      source,
      ...(header && { header }),
      parts: codeOnly(source, bodyFrom),
      suspects: misused(source, [], index),
    };
  }
  const lines = mayBeMagics(source, bodyFrom, candidates, index, syntax);
  const blank = blankOut(source, bodyFrom, lines);
  const statements = new Map(syntax.statements(blank.text).map((statement) => [statement.start, statement]));
  // In broken code TypeScript guesses what is a statement (in a class body, say); the guess is then explained.
  const broken = !syntax.parses(blank.text);
  const parts: Part[] = [];
  const suspects = misused(source, candidates, index);
  for (const candidate of candidates) if (!lines.includes(candidate)) suspects.push(...suspect(candidate, index));
  let from = bodyFrom;
  for (const [at, candidate] of lines.entries()) {
    const statement = statements.get(blank.offsets[at] ?? -1);
    const stands = statement?.kind === (candidate.assigned ? "assigned" : "void");
    if (!stands || broken) suspects.push(...suspect(candidate, index));
    // In a function that cannot wait, `!ready` is what it is everywhere in TypeScript.
    if (!stands || (candidate.marker !== "%" && candidate.marker !== "%%" && statement.place !== "async")) continue;
    if (candidate.marker === "%%" && !candidate.help) throw notFirst(candidate, header, index);
    const asked = candidate.help || candidate.marker === "!" || candidate.marker === "?";
    const known = asked ? index.get(candidate.name) : undefined;
    const magic = known ?? index.need(candidate.name, candidate.marker === "%%" ? "%%" : "%", candidate.percent);
    if (candidate.start > from) parts.push({ kind: "code", start: from, end: candidate.start });
    parts.push({ ...candidate, kind: "magic", magic, place: statement.place });
    from = candidate.end;
  }
  if (from < source.length) parts.push({ kind: "code", start: from, end: source.length });
  return { source, ...(header && { header }), parts, suspects };
}

/** A path in front of a command's arguments, which no regular expression with a method call behind it looks like. */
const commandPath = /^(?:~|\.{1,2})?\/[\w.+-]+(?:\/[\w.+-]+)*(?=\s|$)/;

/** Leaves out the `!` lines that are expressions: a name that the cell can use is negated, or a text, a list or a bracket. */
function withoutExpressions(
  source: string,
  from: number,
  candidates: readonly Candidate[],
  index: MagicIndex,
  syntax: Syntax,
): readonly Candidate[] {
  const lines = candidates.filter(({ marker, name }) => (marker !== "!" && marker !== "?") || index.get(name));
  if (!lines.some(({ marker }) => marker === "!")) return lines;
  const { text } = blankOut(source, from, lines);
  return lines.filter(({ marker, nameEnd, end }) => {
    if (marker !== "!") return true;
    const command = source.slice(nameEnd, end).trimStart();
    const [word] = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(command) ?? [];
    return word === undefined ? commandPath.test(command) : !syntax.hasName(word, text);
  });
}

/** Most lines that are tried as code one by one, each for a parse of the whole cell. */
const mostTried = 100;

/** Leaves out the lines that TypeScript needs as code: unknown names (`a⏎%b`), and parts of an expression in brackets. */
function mayBeMagics(
  source: string,
  from: number,
  candidates: readonly Candidate[],
  index: MagicIndex,
  syntax: Syntax,
): readonly Candidate[] {
  const parses = (lines: readonly Candidate[]) => syntax.parses(blankOut(source, from, lines).text);
  const parsesWithout = (lines: readonly Candidate[], line: Candidate) =>
    parses(lines.filter((other) => other !== line));
  const known = candidates.filter((candidate) => candidate.marker === "%%" || index.get(candidate.name));
  const lines =
    known.length === candidates.length || candidates.length > mostTried || parses(known)
      ? known
      : candidates.filter((candidate) => known.includes(candidate) || !parsesWithout(candidates, candidate));
  if (parses(lines)) return lines;
  if (parses([])) return [];
  return lines.length > mostTried ? lines : lines.filter((line) => !parsesWithout(lines, line));
}

/** Whether a line would be a whole statement, were it a magic; for a line that is still being typed. */
export function standsAlone(
  source: string,
  line: { start: number; percent: number; end: number },
  syntax: Syntax,
): boolean {
  const from = findHeader(source)?.end ?? 0;
  const others = findCandidates(source, from).filter((other) => other.end !== line.end);
  const lines = [...others, line].sort((a, b) => a.start - b.start);
  const blank = blankOut(source, from, lines);
  const start = blank.offsets[lines.indexOf(line)];
  return syntax.statements(blank.text).some((statement) => statement.kind !== "other" && statement.start === start);
}

function headerMagic(header: Header, index: MagicIndex): Magic {
  const magic = index.get(header.name);
  return magic && header.help ? magic : index.need(header.name, "%%", header.start);
}

function codeOnly(source: string, start: number): Part[] {
  return start < source.length ? [{ kind: "code", start, end: source.length }] : [];
}

/** The body with every candidate replaced, and where each then begins. */
function blankOut(
  source: string,
  from: number,
  candidates: ReadonlyArray<Pick<Candidate, "start" | "percent" | "end">>,
): { text: string; offsets: number[] } {
  const pieces: string[] = [];
  const offsets: number[] = [];
  let length = 0;
  const put = (piece: string) => {
    pieces.push(piece);
    length += piece.length;
  };
  let at = from;
  for (const candidate of candidates) {
    put(source.slice(at, candidate.start));
    offsets.push(length);
    put(source.slice(candidate.start, candidate.percent));
    put(placeholder);
    at = candidate.end;
  }
  put(source.slice(at));
  return { text: pieces.join(""), offsets };
}

function notFirst(candidate: Candidate, header: Header | undefined, index: MagicIndex): MagicError {
  const name = `%%${candidate.name}`;
  const at = { start: candidate.percent, length: name.length };
  if (!index.get(candidate.name)) return index.notFound(candidate.name, "%%", candidate.percent);
  if (header) {
    return new MagicError(
      "INVALID_PARAMETER_VALUE",
      `${name} is inside %%${header.name}, but a cell can have only one cell magic.`,
      {
        hint:
          header.name === candidate.name && header.name === "run"
            ? "Split the cell, or start the inner run with startRun({ nested: true }, async () => { … })."
            : "Split the cell into two.",
        at,
      },
    );
  }
  return new MagicError("INVALID_PARAMETER_VALUE", `${name} is a cell magic and must be on the first line of a cell.`, {
    hint: "Move it to the top, above code and comments, or into a separate cell.",
    at,
  });
}

/** A line left as code is right inside a template, and an error of its own anywhere else. */
function suspect(candidate: Candidate, index: MagicIndex): Diagnostic[] {
  const { name, marker, percent } = candidate;
  if (marker === "!" || marker === "?") return [];
  if (!index.get(name)) return marker === "%" ? [suspectOf(index.notFound(name, marker, percent), candidate)] : [];
  const message = `${marker}${name} is inside an expression or a class body, where statements are not allowed.`;
  const hint = "Move it to a line between two statements.";
  return [suspectOf(new MagicError("INVALID_PARAMETER_VALUE", message, { hint }), candidate)];
}

/** Magics written where a value belongs: `f(%best rmse)`. */
function misused(source: string, candidates: readonly Candidate[], index: MagicIndex): Diagnostic[] {
  return findMisused(source)
    .filter(
      ({ name, percent }) => index.get(name) && !candidates.some((line) => line.start <= percent && percent < line.end),
    )
    .map((found) => {
      const mark = source.slice(found.percent, found.nameEnd);
      const hint = index.get(found.name)?.returns
        ? `Write const x = ${mark} … on its own line, and use x here.`
        : `Write ${mark} … on its own line.`;
      return suspectOf(new MagicError("INVALID_PARAMETER_VALUE", `${mark} is inside a statement.`, { hint }), found);
    });
}

/** Only the name is suspect, not the line: behind it may stand `${…}` of a template, with errors of its own. */
function suspectOf(error: MagicError, candidate: { percent: number; nameEnd: number }): Diagnostic {
  return {
    message: error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
    code: "",
    category: "error",
    start: candidate.percent,
    length: candidate.nameEnd - candidate.percent,
  };
}
