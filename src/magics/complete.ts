import { readdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { AssistRequest, Completion } from "../kernel/engine/engine.js";
import type { Syntax } from "../kernel/extension.js";
import { type CursorPlace, cursorPlace } from "./cursor.js";
import type { MagicIndex } from "./find-magic.js";
import { usage } from "./help.js";
import type { Magic, MagicArg } from "./magic.js";

/** Names that the store holds, newest first. */
export type NameSource = (
  kind: "run" | "experiment" | "metric" | "param" | "tag" | "model" | "registered_model",
) => Promise<string[]>;

/** What stands between the last blank and the cursor, and what stands before it. */
interface PartialArg {
  start: number;
  text: string;
  /** Names already given, and how many values without one. */
  keys: Set<string>;
  positionals: number;
}

interface Proposal {
  text: string;
  type: string;
  signature?: string;
}

/** @returns undefined when the cursor is in no magic, or where TypeScript knows better: inside `{ }`, a template, code */
export async function complete(
  request: AssistRequest,
  index: MagicIndex,
  syntax: Syntax,
  names: NameSource,
): Promise<Completion | undefined> {
  const { code, cursor } = request;
  const place = cursorPlace(code, cursor, index, syntax);
  if (!place) return undefined;
  if (place.kind === "name") {
    return answer(magicNames(place, index), code.slice(place.start, cursor), place.start, cursor);
  }
  const { magic } = place;
  if (place.marker === "%" && magic.input === "code") return undefined;
  const partial = partialArg(code, place.nameEnd, cursor, syntax);
  if (!partial) return undefined;

  const equals = /^([\p{L}_$][\p{L}\p{N}_$./-]*)=/u.exec(partial.text);
  if (equals) {
    const arg = magic.args.find((declared) => declared.name === equals[1]);
    const start = partial.start + equals[0].length;
    const typed = partial.text.slice(equals[0].length);
    return arg ? answer(await values(arg, typed, names), typed, start, cursor) : answer([], typed, start, cursor);
  }
  const positional = magic.args.filter((arg) => arg.positional);
  const rest = positional.at(-1)?.type === "words" ? positional.at(-1) : undefined;
  const next = positional[partial.positionals] ?? rest;
  const proposals = next ? await values(next, partial.text, names) : [];
  return answer([...proposals, ...options(magic, partial)], partial.text, partial.start, cursor);
}

/** As IPython: `%%` proposes cell magics only; `%` both kinds, cell magics only where they may stand. */
function magicNames(place: CursorPlace & { kind: "name" }, index: MagicIndex): Proposal[] {
  const line = index.all.filter((magic) => magic.kind !== "cell").map((magic) => proposeMagic("%", magic));
  const cell = index.all.filter((magic) => magic.kind !== "line").map((magic) => proposeMagic("%%", magic));
  if (place.marker === "%%") return cell;
  return place.first ? [...line, ...cell] : line;
}

function proposeMagic(marker: string, magic: Magic): Proposal {
  return { text: marker + magic.name, type: "magic", signature: usage(magic) };
}

function options(magic: Magic, partial: PartialArg): Proposal[] {
  return magic.args
    .filter((arg) => !arg.positional && !partial.keys.has(arg.name))
    .map((arg) => ({
      text: arg.prefix ? `${arg.name}.` : arg.type === "boolean" ? arg.name : `${arg.name}=`,
      type: "option",
      signature: arg.doc,
    }));
}

async function values(arg: MagicArg, typed: string, names: NameSource): Promise<Proposal[]> {
  const { complete } = arg;
  if (complete === undefined) {
    return arg.type === "boolean" ? ["true", "false"].map((text) => ({ text, type: "keyword" })) : [];
  }
  if (typeof complete !== "string") return complete.map((text) => ({ text, type: "keyword" }));
  if (complete === "file") return files(typed);
  // A store that can't be read is reported when a cell uses it; here it only means that there is nothing to propose.
  const found = await names(complete).catch(() => []);
  const quote = /^["']/.exec(typed)?.[0];
  return [...new Set(found)].map((name) => ({ text: quoted(name, quote), type: complete }));
}

async function files(typed: string): Promise<Proposal[]> {
  const quote = /^["']/.exec(typed)?.[0];
  const path = quote === undefined ? typed : typed.slice(1);
  const folder = path.endsWith("/") ? path : dirname(path);
  const shown = path.includes("/")
    ? path.endsWith("/")
      ? path
      : path.slice(0, path.length - basename(path).length)
    : "";
  const absolute = isAbsolute(folder) ? folder : join(process.cwd(), folder);
  const entries = await readdir(absolute, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.name.startsWith("."))
    .map((entry) => ({ text: quoted(shown + entry.name + (entry.isDirectory() ? "/" : ""), quote), type: "path" }));
}

/** A name that is no plain word stands in quotes. */
function quoted(name: string, quote: string | undefined): string {
  if (quote === undefined && /^[\p{L}\p{N}_./:@-]+$/u.test(name) && !name.startsWith("-")) return name;
  const mark = quote ?? '"';
  return (
    mark +
    name.replace(/[\\"']/g, (character) => (character === "\\" || character === mark ? `\\${character}` : character)) +
    mark
  );
}

function answer(proposals: Proposal[], typed: string, start: number, end: number): Completion {
  const plain = typed.replace(/^["']/, "").toLowerCase();
  const fitting = proposals.filter(({ text }) => {
    const name = text.replace(/^["']/, "").toLowerCase();
    return name.startsWith(plain) || name.replace(/^%+/, "%").startsWith(plain);
  });
  return { matches: fitting.map(({ text }) => text), start, end, types: fitting };
}

/** @returns undefined inside an expression or behind a comment */
function partialArg(code: string, from: number, cursor: number, syntax: Syntax): PartialArg | undefined {
  const text = code.slice(0, cursor);
  const keys = new Set<string>();
  let positionals = 0;
  let start = from;
  let at = from;
  while (at < cursor) {
    const character = text[at] ?? "";
    if (/\s/.test(character) || character === "[" || character === ",") {
      if (/\s/.test(character) && at > start) {
        const word = text.slice(start, at);
        const key = /^([^\s="'{[]+)=/.exec(word)?.[1];
        if (key === undefined) positionals++;
        else keys.add(key);
        keys.add(word);
      }
      at++;
      start = at;
    } else if (character === "{" || character === "`") {
      const length = syntax.closing(text.slice(at), 0);
      if (length < 0) return undefined;
      at += length;
    } else if (character === '"' || character === "'") {
      const close = text.indexOf(character, at + 1);
      if (close < 0) break;
      at = close + 1;
    } else if (text.startsWith("//", at) && at === start) return undefined;
    else at++;
  }
  return { start, text: text.slice(start), keys, positionals };
}
