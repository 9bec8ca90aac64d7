import type { AssistRequest, Completion } from "../../kernel/engine/engine.js";
import type { Syntax } from "../../kernel/extension.js";
import { rangeNames } from "../../sweeps/space.js";
import type { MagicIndex } from "../language/find-magic.js";
import type { Magic, NameSource } from "../magic.js";
import { answer, type NameSources, type Proposal, proposeValues } from "./complete-value.js";
import {
  type CursorContext,
  cursorContext,
  isPlain,
  type PartialArg,
  type PartialValue,
  partialArg,
  partialText,
} from "./cursor.js";
import { usage } from "./help.js";

/** What completion asks others: the store, the environment, and TypeScript for the names of the notebook's variables. */
export interface CompletionSources {
  names: NameSource;
  environment(): readonly string[];
  typescript(request: AssistRequest): Promise<Completion>;
}

/** @returns undefined when the cursor is in no magic, or where TypeScript knows better: inside `{ }`, a template, code */
export async function complete(
  request: AssistRequest,
  index: MagicIndex,
  syntax: Syntax,
  asked: CompletionSources,
): Promise<Completion | undefined> {
  const { code, cursor } = request;
  const context = cursorContext(code, cursor, index, syntax);
  if (!context) return undefined;
  if (context.kind === "name") {
    const typed = code.slice(context.start, cursor);
    return answer({ start: context.start, typed, proposals: magicNames(context, index) }, cursor);
  }
  const { magic, nameEnd } = context;
  const sources: NameSources = {
    store: asked.names,
    environment: asked.environment,
    variables: (start, typed) => variables(request, context, start, typed, asked),
  };
  if (context.marker === "%" && magic.input === "code") return undefined;
  if (context.marker === "%" && magic.input === "text") {
    const { complete: what } = magic;
    return answer(
      await proposeValues({ type: "string", complete: what }, partialText(code, nameEnd, cursor), sources),
      cursor,
    );
  }
  const partial = partialArg(code, nameEnd, cursor, magic, syntax);
  if (!partial) return magic.trials ? ranges(code.slice(nameEnd, cursor), cursor, sources) : undefined;
  const { key, value } = partial;
  if (value === undefined) return answer({ start: cursor, typed: "", proposals: [] }, cursor);
  if (key !== undefined) {
    const arg = magic.args.find(({ name, prefix }) => (prefix ? key.startsWith(`${name}.`) : name === key));
    // What a prefix declares is what its keys are, not their values.
    const declared = arg && !arg.prefix ? arg : { type: "string" as const };
    return answer(await proposeValues(declared, value, sources), cursor);
  }
  const positional = magic.args.filter((arg) => arg.positional);
  const rest = positional.at(-1)?.type === "words" ? positional.at(-1) : undefined;
  const next = positional[partial.positionals] ?? rest;
  const found = await proposeValues(next ?? { type: "string" }, value, sources);
  const bare = await shorthands(magic, partial, value, sources);
  const proposals = [...bare, ...found.proposals, ...(await options(magic, partial, value, sources))];
  return answer({ ...found, proposals }, cursor);
}

/** As IPython: `%%` proposes cell magics only; `%` both kinds, cell magics only where they may stand. */
function magicNames({ marker, first }: CursorContext & { kind: "name" }, index: MagicIndex): Proposal[] {
  const propose = (sign: "%" | "%%", other: Magic["kind"]): Proposal[] =>
    index.all
      .filter(({ kind }) => kind !== other)
      .map((magic) => ({
        text: sign + magic.name,
        name: marker + magic.name,
        type: "magic",
        signature: usage(magic),
      }));
  if (marker === "%%") return propose("%%", "line");
  return first ? [...propose("%", "cell"), ...propose("%%", "line")] : propose("%", "cell");
}

/** Variables whose bare name is enough: `%log_params alpha`. */
async function shorthands(
  magic: Magic,
  { positionals }: PartialArg,
  { start, text, quote }: PartialValue,
  sources: NameSources,
): Promise<Proposal[]> {
  if (!magic.shorthand || quote !== undefined || (positionals > 0 && !magic.extraArgs)) return [];
  return (await sources.variables(start, text)).map((name) => ({ text: name, type: "variable" }));
}

/** Names of arguments that are not given yet, flags, and keys that the store knows. */
async function options(
  magic: Magic,
  { keys }: PartialArg,
  { text: typed, quote }: PartialValue,
  sources: NameSources,
): Promise<Proposal[]> {
  if (quote !== undefined) return [];
  const proposals: Proposal[] = [];
  const known = async (what: Parameters<typeof sources.store>[0], prefix: string, signature: string): Promise<void> => {
    const found = await sources.store(what).catch(() => []);
    for (const key of found.map((name) => prefix + name)) {
      if (!keys.has(key)) proposals.push({ text: `${keyText(key)}=`, name: key, type: what, signature });
    }
  };
  for (const { name, type, doc, positional, prefix, complete: what } of magic.args) {
    if (positional || keys.has(name)) continue;
    if (!prefix) proposals.push({ text: type === "boolean" ? name : `${name}=`, type: "option", signature: doc });
    else if (!typed.startsWith(`${name}.`)) proposals.push({ text: `${name}.`, type: "option", signature: doc });
    else if (what === "tag") await known(what, `${name}.`, doc);
  }
  if (magic.extraArgs?.complete) await known(magic.extraArgs.complete, "", magic.extraArgs.doc);
  return proposals;
}

function keyText(key: string): string {
  return isPlain(key) && /^[\p{L}_]/u.test(key) && !key.includes(":") ? key : JSON.stringify(key);
}

/** What may stand first in the braces of a sweep's param: the ranges, which TypeScript does not know there, and a list's name. */
async function ranges(line: string, cursor: number, { variables }: NameSources): Promise<Completion | undefined> {
  const typed = /=\{\s*([A-Za-z]*)$/.exec(line)?.[1];
  if (typed === undefined) return undefined;
  const start = cursor - typed.length;
  const signature = "(low: number, high: number)";
  const known = rangeNames.map((text) => ({ text, type: "function", signature }));
  const names = (await variables(start, typed)).map((name) => ({ text: name, type: "variable" }));
  return answer({ start, typed, proposals: [...known, ...names] }, cursor);
}

/** Asks TypeScript, in the cell with an expression in the magic's place. */
async function variables(
  { code, cursor }: AssistRequest,
  { start: percent, lineEnd }: CursorContext & { kind: "args" },
  start: number,
  typed: string,
  { typescript }: CompletionSources,
): Promise<readonly string[]> {
  if (!/^(?:[\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u.test(typed)) return [];
  // `void` ends the statement above.
  const before = (start - percent > 4 ? "void" : ";").padEnd(start - percent);
  const text = code.slice(0, percent) + before + typed + " ".repeat(lineEnd - cursor) + code.slice(lineEnd);
  return (await typescript({ code: text, cursor, only: "variables" })).matches;
}
