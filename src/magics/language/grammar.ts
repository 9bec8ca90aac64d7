/** Where a magic may stand, by the look of one line; whether it does is asked of TypeScript (see `parse.ts`). */

/** A line that begins like a magic: `%name`, `const x = %name` or, misplaced, `%%name`. */
export interface Candidate {
  /** Offset of the statement's first character: `const` or `%`. */
  start: number;
  /** Offset of `%`; of a line without one, of its first character. */
  percent: number;
  /** `!` and `?`: a shell command and help on a name, in IPython's other spelling. */
  marker: "%" | "%%" | "!" | "?";
  name: string;
  /** Offset behind the name; behind `!` or `!!`. */
  nameEnd: number;
  /** What `?` asks about. */
  about?: string;
  /** End of the line, before its line break. */
  end: number;
  /** Question marks that touch the name and end the line: one asks for help, two for all of it. */
  help: 0 | 1 | 2;
  /** `const x = %name`. */
  assigned: boolean;
  /** `!!command`: the lines that it prints are the statement's value. */
  valued?: boolean;
}

/** The `%%name` on a cell's first non-blank line. */
export interface Header {
  start: number;
  name: string;
  nameEnd: number;
  end: number;
  /** Where the body begins: behind the header's line break, or at the end of the cell. */
  bodyStart: number;
  help: 0 | 1 | 2;
}

const headerLine =
  /^(?:[^\S\n\r]*[\n\r])*[^\S\n\r]*(%%)([A-Za-z]\w*)(\?{0,2})(?=[^\S\n\r]|[\n\r]|$)([^\n\r\u2028\u2029]*)/;

// What touches the name decides: a space, the end, `;` or `?`. `%rate.value` and `%time(x)` are TypeScript or nothing.
const candidateLine =
  /^[^\S\n\r\u2028\u2029]*(?:(?:export[ \t]+)?(const|let|var)[ \t]+[\p{ID_Start}$_][\p{ID_Continue}$]*[ \t]*(?::[^=\n\r]*)?=[ \t]*)?(%%?)([A-Za-z]\w*)(\?{0,2})(?=[^\S\n\r\u2028\u2029]|;|$)([^\n\r\u2028\u2029]*)/gmu;

/** `!command` and `!!command`; `!=` goes on with an expression. */
const shellLine = /^([^\S\n\r\u2028\u2029]*)(!{1,2})(?![=!])[^\n\r\u2028\u2029]+/gm;

/** `name?`, `name??`, `?name` or `??name`. */
const helpLine =
  /^([^\S\n\r\u2028\u2029]*)(?:\?{1,2}[ \t]*([\p{ID_Start}$_][\p{ID_Continue}$.]*)|([\p{ID_Start}$_][\p{ID_Continue}$.]*)\?{1,2})[ \t]*$/gmu;

/** @returns undefined when the first non-blank line is no `%%name` */
export function findHeader(source: string): Header | undefined {
  const match = headerLine.exec(source);
  if (!match) return undefined;
  const [whole, marker = "", name = "", question = "", rest = ""] = match;
  const end = whole.length;
  const nameEnd = end - rest.length - question.length;
  const lineBreak = source.startsWith("\r\n", end) ? 2 : end < source.length ? 1 : 0;
  return {
    start: nameEnd - name.length - marker.length,
    name,
    nameEnd,
    end,
    bodyStart: end + lineBreak,
    help: rest.trim() === "" ? helpOf(question) : 0,
  };
}

/** All lines from `from` on that look like magics, in order. */
export function findCandidates(source: string, from: number): Candidate[] {
  const found = [...percentLines(source, from), ...shellLines(source, from), ...helpLines(source, from)];
  return found.sort((a, b) => a.start - b.start);
}

function shellLines(source: string, from: number): Candidate[] {
  if (!source.includes("!", from)) return [];
  return [...source.matchAll(shellLine)].flatMap(({ 0: line, 1: blanks = "", 2: marks = "", index }) => {
    const start = index + blanks.length;
    const end = index + line.length;
    const nameEnd = start + marks.length;
    if (start < from || source.slice(nameEnd, end).trim() === "") return [];
    const span = { start, percent: start, nameEnd, end };
    return [
      { ...span, marker: "!" as const, name: "sh", help: 0 as const, assigned: false, valued: marks.length === 2 },
    ];
  });
}

function helpLines(source: string, from: number): Candidate[] {
  if (!source.includes("?", from)) return [];
  return [...source.matchAll(helpLine)].flatMap(({ 0: line, 1: blanks = "", 2: before, 3: behind, index }) => {
    const start = index + blanks.length;
    const about = before ?? behind ?? "";
    if (start < from) return [];
    const span = { start, percent: start, nameEnd: start + line.trim().length, end: index + line.length };
    return [{ ...span, marker: "?" as const, name: "pinfo", about, help: 1 as const, assigned: false }];
  });
}

/** A source without `%` costs one search. */
function percentLines(source: string, from: number): Candidate[] {
  if (!source.includes("%", from)) return [];
  const found: Candidate[] = [];
  for (const match of source.matchAll(candidateLine)) {
    const [whole, keyword, marker, name = "", question = "", rest = ""] = match;
    if (match.index < from) continue;
    const end = match.index + whole.length;
    const nameEnd = end - rest.length - question.length;
    const percent = nameEnd - name.length - (marker?.length ?? 0);
    found.push({
      start: keyword === undefined ? percent : match.index + (whole.length - whole.trimStart().length),
      percent,
      marker: marker === "%%" ? "%%" : "%",
      name,
      nameEnd,
      end,
      help: rest.trim() === "" ? helpOf(question) : 0,
      assigned: keyword !== undefined,
    });
  }
  return found;
}

/**
 * Places where `%name` stands as a value: `f(%best rmse)`, `x = %best rmse`. No TypeScript has `%` there, outside of texts
 * and comments; the grammar has none either, so this only serves to explain the error.
 */
export function findMisused(source: string): Array<{ name: string; percent: number; nameEnd: number }> {
  const misused = /(?<=[=>(,:?[{&|!+-]|\b(?:return|await|yield))[ \t]*%%?([A-Za-z]\w*)/g;
  return [...source.matchAll(misused)].map((match) => ({
    name: match[1] ?? "",
    percent: match.index + match[0].indexOf("%"),
    nameEnd: match.index + match[0].length,
  }));
}

function helpOf(question: string): 0 | 1 | 2 {
  return question.length === 1 ? 1 : question.length === 2 ? 2 : 0;
}
