import type { CellOutput } from "../kernel/cell-output.js";
import type { CellValue } from "../kernel/engine/engine.js";
import type { CellInfo } from "../kernel/extension.js";
import type { TrackingSession } from "../tracking/session.js";
import type { Services } from "./runtime/services.js";

/** A magic is one declaration; parsing, types, help, completion, hover and the table in docs/ all read it. */
export interface Magic {
  /** Without `%`; MLflow's or IPython's own word in snake_case. */
  readonly name: string;
  /** `line`: `%name`; `cell`: `%%name` over a body; `both`. */
  readonly kind: "line" | "cell" | "both";
  /** One sentence in the imperative, no full stop: the first line of help, and the table in docs/. */
  readonly summary: string;
  /** `args` by the grammar; `text`: the rest of the line verbatim; `code`: the rest is TypeScript (`%time f(x)`). */
  readonly input: "args" | "text" | "code";
  /** What a cell magic's body is: TypeScript, or text that the magic gets verbatim. */
  readonly body?: "code" | "text";
  /** Names that the body declares are its own, as those of a function: it may run many times. */
  readonly ownScope?: boolean;
  /**
   * Each extra argument is a space of values (type `space`), and in the body a variable of the type of these; which value it has is
   * said by `MagicContext.runTrial`.
   */
  readonly trials?: boolean;
  readonly args: readonly MagicArg[];
  /** Of a cell magic: the argument that is the rest of its first line, verbatim (`%%script python3 -u`). */
  readonly headerText?: string;
  /** Of `text` input: what completion offers for it. */
  readonly complete?: MagicArg["complete"];
  /** Any other `key=value` is taken too, with this TypeScript type (`%log_params lr=0.1`); `complete`: which keys are known. */
  readonly extraArgs?: { type: ArgType; doc: string; complete?: StoredName };
  /** A bare word `x` means `x={x}`: only `log_param(s)` and `log_metric(s)`. */
  readonly shorthand?: boolean;
  /**
   * `call`: lowers to a plain call, so it works in any callback (`log_*`, `set_tag`); the session waits for what it logs, and
   * a failure surfaces at the end of the run or cell.
   * `await`: lowers to an awaited call, so it needs an async place.
   */
  readonly lowering: "call" | "await";
  /** TypeScript type of the value of `const x = %name …`, in terms of the package's exports; absent: none. */
  readonly returns?: string;
  /** A positional word that names a variable the cell magic makes (`%%capture out`), and that variable's TypeScript type. */
  readonly variable?: { readonly arg: string; readonly tsType: string };
  /**
   * It draws through `output`, so its statement form lowers to `void await …`: what it returns
   * is for `const x = %name …` and is not shown a second time as the cell's value.
   */
  readonly draws?: boolean;
  /** Whole lines, each valid. */
  readonly examples: readonly string[];
  /**
   * How `runlab convert` writes it in a plain script; undefined or absent: it only shows something in a notebook, and becomes
   * a comment.
   */
  script?(call: ScriptCall): ScriptForm | undefined;
  /** The line form. A returned value is the value of `%name …` as an expression statement, unless it `draws`. */
  run?(args: MagicArgs, context: MagicContext): unknown;
  /** The cell form. `body` evaluates the cell (for `body: "code"`). */
  runCell?(args: MagicArgs, context: MagicContext, body: () => Promise<CellValue>): Promise<CellValue>;
}

/**
 * `value`: any TypeScript expression's value; `record`: an object by names; `list`: texts, or one text; `words`: the remaining
 * positional words; `space`: a list of choices or a range.
 */
export type ArgType = "string" | "number" | "boolean" | "value" | "record" | "list" | "words" | "space";

/** A TypeScript type twice: as text for the cell's checker, and as the type `T` for the magic's own code. */
export interface TsType<T = unknown> {
  readonly text: string;
  /** Never there; it only carries `T`. */
  readonly of?: T;
}

/** Names that a store holds; `model_tag`: keys of the tags of registered models. */
export type StoredName = "run" | "experiment" | "metric" | "param" | "tag" | "model" | "registered_model" | "model_tag";

/** Asks the store for such names, newest first. */
export type NameSource = (kind: StoredName) => Promise<string[]>;

export interface MagicArg {
  readonly name: string;
  readonly type: ArgType;
  /** TypeScript type of a `value` or `record` of which `type` says too little, e.g. `ModelSignature`. */
  readonly tsType?: TsType;
  readonly doc: string;
  /** Of the first argument: when it is a function, its TypeScript type is noted (`%signature {predict}`). */
  readonly typed?: boolean;
  /** Taken by position, in the order of declaration, besides by `name=`. */
  readonly positional?: boolean;
  readonly required?: boolean;
  /** A required text that may be empty. */
  readonly mayBeEmpty?: boolean;
  /**
   * What it is, for completion: a name in the store, a path on this machine, a variable's value, a filter, an order or a
   * column of runs, a filter of registered models, or one of the only words allowed. Of a `prefix`: what its keys are.
   */
  readonly complete?:
    | StoredName
    | "file"
    | "folder"
    | "environment"
    | "variable"
    | "run_filter"
    | "run_order"
    | "run_column"
    | "metric_or_run"
    | "model_filter"
    | readonly string[];
  /** What other tools call it, for hints: `n_trials`. */
  readonly elsewhere?: readonly string[];
  /** How IPython writes it, where it has the same magic and option: `-n`, `--append`. */
  readonly dashed?: readonly string[];
  /** Of a positional text: a bare word close to a flag's name is taken for that flag, mistyped. */
  readonly flagFirst?: boolean;
  /** `tag.family=x`: keys under this prefix are collected into a Record. */
  readonly prefix?: boolean;
}

/**
 * By `MagicArg.name`; extra keys as `extra`; prefix args as Record. `text` input and a text body arrive as `text`;
 * `code` input as `code`, a function that runs it, beside its source as `text`.
 */
export type MagicArgs = Readonly<Record<string, unknown>>;

export interface MagicContext {
  readonly session: TrackingSession;
  readonly output: CellOutput;
  readonly cell: CellInfo;
  readonly services: Services;
  /** `const x = %name …`: the value is what is wanted; draw and print nothing. */
  readonly assigned: boolean;
  /** All magics, in order: `%lsmagic`, help. */
  readonly magics: readonly Magic[];
  /** Gives the value of `Magic.variable`; called before the body runs. */
  provide(value: unknown): void;
  /** Evaluates the body with these values of the extra arguments; several may go on at once. For `Magic.trials`. */
  runTrial<T>(params: Readonly<Record<string, unknown>>, body: () => Promise<T>): Promise<T>;
}

/** A magic's arguments as TypeScript text, for `Magic.script`. */
export interface ScriptCall {
  /** An argument's value as an expression; prefix and extra arguments as one object literal. */
  arg(name: string): string | undefined;
  /** What was given as a plain word, text, number or flag. */
  literal(name: string): unknown;
  /** The keys of a prefix or of the extra arguments, in their order. */
  keys(name: string): string[];
  /** The rest of the line or the body, for magics whose input is text. */
  readonly text: string;
  /** The value is wanted: `const x = %name …`. */
  readonly assigned: boolean;
}

/** How a magic is written in a plain script. */
export interface ScriptForm {
  /** Calls, one per line, awaited where they can be; the value of `const x = %name …` is the first one's. */
  calls: readonly string[];
  /** What the calls need besides: names by module. The API of "runlab" is found by itself. */
  imports?: Readonly<Record<string, readonly string[]>>;
  /** The calls give their value at once: nothing is to be awaited. */
  sync?: boolean;
  /** For a cell magic: calls behind the body. */
  after?: readonly string[];
  /** The same, where the body stands inside of what the magic is: gives both as text, behind the calls. */
  around?(body: string): string;
}

/** What the main thread tells the engine process: which store runs go to. */
export const trackingUriFact = "trackingUri";

/** The same: names of environment variables that the notebook has set, with spaces between them. */
export const environmentFact = "environment";
