import type { CellValue } from "../kernel/engine/engine.js";
import type { ArgType, Magic, MagicArg, MagicContext, TsType } from "./magic.js";
import { argReader } from "./runtime/call-args.js";

/** A magic whose `run` and `runCell` get arguments of the types that it declares. */
export type MagicDeclaration<
  Input extends Magic["input"],
  Body extends Magic["body"],
  Args extends readonly MagicArg[],
  Extra extends Magic["extraArgs"],
> = Omit<Magic, "input" | "body" | "args" | "extraArgs" | "run" | "runCell"> & {
  readonly input: Input;
  readonly body?: Body;
  readonly args: Args;
  readonly extraArgs?: Extra;
  run?(args: LineArgs<Input, Args, Extra>, context: MagicContext): unknown;
  runCell?(
    args: CellArgs<Body, Args, Extra>,
    context: MagicContext,
    body: () => Promise<CellValue>,
  ): Promise<CellValue>;
};

/**
 * Makes a magic of its declaration. TypeScript has checked what a cell gives it, but a value of type `any` is known only at
 * run time: every argument is checked again, and converted, before the magic sees it.
 */
export function defineMagic<
  Input extends Magic["input"],
  const Args extends readonly MagicArg[],
  Body extends Magic["body"] = undefined,
  const Extra extends Magic["extraArgs"] = undefined,
>(declaration: MagicDeclaration<Input, Body, Args, Extra>): Magic {
  // What `argReader` gives is what the declaration says.
  const { run, runCell } = declaration as Magic;
  const read = argReader(declaration);
  return {
    ...declaration,
    ...(run && { run: (args, context) => run(read(args), context) }),
    ...(runCell && { runCell: (args, context, body) => runCell(read(args), context, body) }),
  };
}

/** The TypeScript type `T`, written as text for cells; a capitalized name in it is one of the package's exports. */
export function tsType<T>(text: string): TsType<T> {
  return { text };
}

/** The arguments that a magic gets, by their names. A flag, a list and what a prefix collects are always there. */
export type ArgsOf<Args extends readonly MagicArg[]> = {
  readonly [Arg in Args[number] as Arg["name"]]: Arg extends AlwaysThere | { required: true }
    ? ValueOf<Arg>
    : ValueOf<Arg> | undefined;
};

type AlwaysThere = { type: "boolean" | "list" | "words" } | { prefix: true };

type ValueOf<Arg extends MagicArg> = Arg extends { prefix: true }
  ? Readonly<Record<string, unknown>>
  : Arg extends { tsType: TsType<infer T> }
    ? T
    : Arg extends { type: "string"; complete: ReadonlyArray<infer Word> }
      ? Word
      : Values[Arg["type"]];

/** By `MagicArg.type`. */
interface Values extends Record<ArgType, unknown> {
  string: string;
  number: number;
  boolean: boolean;
  value: unknown;
  record: Readonly<Record<string, unknown>>;
  list: readonly string[];
  words: readonly string[];
  space: unknown;
}

/** What other `name=value` were given. */
type ExtraOf<Extra> = Extra extends { type: infer Type extends ArgType }
  ? { readonly extra: Readonly<Record<string, Values[Type]>> | undefined }
  : unknown;

type LineArgs<Input, Args extends readonly MagicArg[], Extra> = Input extends "text"
  ? { readonly text: string }
  : ArgsOf<Args> &
      ExtraOf<Extra> &
      (Input extends "code" ? { readonly code: () => Promise<unknown>; readonly text: string } : unknown);

type CellArgs<Body, Args extends readonly MagicArg[], Extra> = ArgsOf<Args> &
  ExtraOf<Extra> &
  (Body extends "text" ? { readonly text: string } : unknown);
