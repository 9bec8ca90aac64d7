import { own, setOwn } from "../../own.js";

/**
 * Vega's expressions, made into functions once. The page's policy lets nobody compile text, and Vega's own interpreter walks the
 * whole tree anew, with a new context, for each mark of a chart: of many points that is most of the time until it is drawn.
 * @see vega-interpreter, `expressionInterpreter`: the same five entries, the same results and the same refusals
 */
export const expressions = {
  /** Of an operator's own value. */
  operator({ functions }: Context, { ast }: Expression) {
    const value = compiled(ast, functions);
    return (params: Params) => value({ params });
  },
  /** Of a parameter that is a function of a datum. */
  parameter({ functions }: Context, { ast }: Expression) {
    const value = compiled(ast, functions);
    return (datum: unknown, params: Params) => value({ params, datum });
  },
  /** Of a stream of events. */
  event({ functions }: Context, { ast }: Expression) {
    const value = compiled(ast, functions);
    return (event: VegaEvent) => value({ event });
  },
  /** Of what an event changes. */
  handler({ functions }: Context, { ast }: Expression) {
    const value = compiled(ast, functions);
    return (params: Params, event: VegaEvent) => value({ params, datum: event.item?.datum, event });
  },
  /** Of all channels of a mark. */
  encode({ functions }: Context, { marktype, channels }: Encoding) {
    const values = Object.entries(channels).map(([name, { ast }]) => ({ name, value: compiled(ast, functions) }));
    const swaps = marktype === "group" || marktype === "image" || marktype === "rect";
    return (item: Item, params: Params) => {
      const scope = { params, datum: item.datum, item };
      let modified = 0;
      for (const { name, value } of values) {
        const found = value(scope);
        if (own(item, name) === found) continue;
        setOwn(item, name, found);
        modified = 1;
      }
      if (marktype !== "rule") adjust(item, channels, swaps);
      return modified;
    };
  },
};

type Params = Readonly<Record<string, unknown>>;
type Functions = Readonly<Record<string, unknown>>;
type Item = Record<string, unknown>;

interface Context {
  functions: Functions;
}

interface Expression {
  ast: Node;
}

interface Encoding {
  marktype: string;
  channels: Readonly<Record<string, Expression>>;
}

interface VegaEvent {
  item?: { datum?: unknown };
  vega: Readonly<Record<string, (...args: unknown[]) => unknown>>;
}

/** What an expression's names stand for. */
interface Scope {
  params?: Params;
  datum?: unknown;
  event?: VegaEvent;
  item?: Item;
}

type Value = (scope: Scope) => unknown;

/** @see vega-expression, ast.js */
type Node =
  | { type: "Literal"; value: unknown; regex?: { pattern: string; flags: string } }
  | { type: "Identifier"; name: string }
  | { type: "MemberExpression"; object: Node; property: Node; computed: boolean }
  | { type: "CallExpression"; callee: { name: string }; arguments: readonly Node[] }
  | { type: "ArrayExpression"; elements: readonly Node[] }
  | { type: "BinaryExpression" | "LogicalExpression"; operator: string; left: Node; right: Node }
  | { type: "UnaryExpression"; operator: string; argument: Node }
  | { type: "ConditionalExpression"; test: Node; consequent: Node; alternate: Node }
  | { type: "ObjectExpression"; properties: readonly { key: Node; value: Node }[] };

function compiled(node: Node, functions: Functions): Value {
  const part = (one: Node) => compiled(one, functions);
  switch (node.type) {
    case "Literal": {
      const { value, regex } = node;
      // A global or sticky one remembers where it was.
      if (regex && value instanceof RegExp && (value.global || value.sticky))
        return () => new RegExp(regex.pattern, regex.flags);
      return () => value;
    }
    case "Identifier":
      return named(node.name);
    case "MemberExpression":
      return member(part(node.object), node.computed ? part(node.property) : keyOf(node.property));
    case "CallExpression":
      return call(node.callee.name.replace(/^_/, ""), node.arguments.map(part), functions);
    case "ArrayExpression": {
      const elements = node.elements.map(part);
      return (scope) => elements.map((element) => element(scope));
    }
    case "BinaryExpression": {
      const [operate, left, right] = [own(binary, node.operator), part(node.left), part(node.right)];
      if (operate === undefined) break;
      return (scope) => operate(left(scope) as never, right(scope) as never);
    }
    case "LogicalExpression": {
      const [left, right] = [part(node.left), part(node.right)];
      return node.operator === "&&" ? (scope) => left(scope) && right(scope) : (scope) => left(scope) || right(scope);
    }
    case "UnaryExpression": {
      const [operate, argument] = [own(unary, node.operator), part(node.argument)];
      if (operate === undefined) break;
      return (scope) => operate(argument(scope) as never);
    }
    case "ConditionalExpression":
      return choice(part(node.test), part(node.consequent), part(node.alternate));
    case "ObjectExpression":
      return record(node.properties.map(({ key, value }) => [String(keyOf(key)), part(value)]));
  }
  throw new Error(`unknown expression of type ${node.type}.`);
}

function named(name: string): Value {
  if (name === "datum") return ({ datum }) => datum;
  if (name === "event") return ({ event }) => event;
  if (name === "item") return ({ item }) => item;
  const constant = constants.get(name);
  if (constant !== undefined) return () => constant;
  const key = `$${name}`;
  return ({ params }) => own(params, key);
}

function keyOf(node: Node): string | undefined {
  return node.type === "Identifier" ? node.name : node.type === "Literal" ? String(node.value) : undefined;
}

function member(object: Value, key: Value | string | undefined): Value {
  if (typeof key === "function") return (scope) => memberOf(object(scope), key(scope));
  return (scope) => memberOf(object(scope), key);
}

/** Inherited ones too: an expression may ask for the `length` of a text. */
function memberOf(owner: unknown, key: unknown): unknown {
  if (owner === null || owner === undefined) throw new TypeError(`Cannot read '${key}' of ${owner}.`);
  const value: unknown = Reflect.get(typeof owner === "object" ? owner : Object(owner), key as PropertyKey);
  return refusedMethods.has(value) ? undefined : value;
}

function call(name: string, args: readonly Value[], functions: Functions): Value {
  const [first = nothing, second = nothing, third = nothing] = args;
  // Of its branches one alone is evaluated.
  if (name === "if") return choice(first, second, third);
  if (eventFunctions.has(name)) return (scope) => own(scope.event?.vega, name)?.(...args.map((arg) => arg(scope)));
  const found = Reflect.get(functions, name) ?? known.get(name);
  if (typeof found !== "function") throw new Error(`unknown function ${name}.`);
  // The usual numbers of arguments without a list of them; some functions ask how many they got.
  if (args.length === 1) return (scope) => found.call(functions, first(scope));
  if (args.length === 2) return (scope) => found.call(functions, first(scope), second(scope));
  if (args.length === 3) return (scope) => found.call(functions, first(scope), second(scope), third(scope));
  return (scope) =>
    found.apply(
      functions,
      args.map((arg) => arg(scope)),
    );
}

function nothing(): undefined {
  return undefined;
}

function choice(test: Value, consequent: Value, alternate: Value): Value {
  return (scope) => (test(scope) ? consequent(scope) : alternate(scope));
}

function record(parts: readonly (readonly [string, Value])[]): Value {
  const allowed = parts.filter(([key]) => !refusedKeys.has(key));
  return (scope) => {
    const made: Record<string, unknown> = {};
    for (const [key, part] of allowed) {
      const value = part(scope);
      if (!refusedMethods.has(value)) setOwn(made, key, value);
    }
    return made;
  };
}

/** Code could be run by them. */
const refusedMethods: ReadonlySet<unknown> = new Set([
  Function,
  Reflect.get(globalThis, "eval"),
  setTimeout,
  setInterval,
]);

/** @see vega-util, `DisallowedObjectProperties` */
const refusedKeys: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), "then"]);

/** Answered by the event itself. */
const eventFunctions: ReadonlySet<string> = new Set(["view", "item", "group", "xy", "x", "y"]);

const constants: ReadonlyMap<string, number> = new Map([
  ...(["E", "LN2", "LN10", "LOG2E", "LOG10E", "PI", "SQRT1_2", "SQRT2"] as const).map(
    (name) => [name, Math[name]] as const,
  ),
  ["NaN", Number.NaN],
  ["MIN_VALUE", Number.MIN_VALUE],
  ["MAX_VALUE", Number.MAX_VALUE],
]);

const binary: Readonly<Record<string, (a: never, b: never) => unknown>> = {
  "*": (a: number, b: number) => a * b,
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "/": (a: number, b: number) => a / b,
  "%": (a: number, b: number) => a % b,
  ">": (a: number, b: number) => a > b,
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">=": (a: number, b: number) => a >= b,
  // biome-ignore lint/suspicious/noDoubleEquals: what the expression says
  "==": (a: unknown, b: unknown) => a == b,
  // biome-ignore lint/suspicious/noDoubleEquals: what the expression says
  "!=": (a: unknown, b: unknown) => a != b,
  "===": (a: unknown, b: unknown) => a === b,
  "!==": (a: unknown, b: unknown) => a !== b,
  "&": (a: number, b: number) => a & b,
  "|": (a: number, b: number) => a | b,
  "^": (a: number, b: number) => a ^ b,
  "<<": (a: number, b: number) => a << b,
  ">>": (a: number, b: number) => a >> b,
  ">>>": (a: number, b: number) => a >>> b,
};

const unary: Readonly<Record<string, (a: never) => unknown>> = {
  "+": (a: unknown) => Number(a),
  "-": (a: number) => -a,
  "~": (a: number) => ~a,
  "!": (a: unknown) => !a,
};

/** Functions that Vega leaves to the evaluator. @see vega-interpreter, functions.js */
const known: ReadonlyMap<string, (...args: never[]) => unknown> = new Map<string, (...args: never[]) => unknown>([
  ...(
    [
      ...([
        "abs",
        "acos",
        "asin",
        "atan",
        "atan2",
        "ceil",
        "cos",
        "exp",
        "floor",
        "hypot",
        "log",
        "max",
        "min",
      ] as const),
      ...(["pow", "random", "round", "sin", "sqrt", "tan"] as const),
    ] as const
  ).map((name) => [name, Math[name]] as const),
  ...Object.entries({
    date: "getDate",
    day: "getDay",
    year: "getFullYear",
    month: "getMonth",
    hours: "getHours",
    minutes: "getMinutes",
    seconds: "getSeconds",
    milliseconds: "getMilliseconds",
    time: "getTime",
    timezoneoffset: "getTimezoneOffset",
    utcdate: "getUTCDate",
    utcday: "getUTCDay",
    utcyear: "getUTCFullYear",
    utcmonth: "getUTCMonth",
    utchours: "getUTCHours",
    utcminutes: "getUTCMinutes",
    utcseconds: "getUTCSeconds",
    utcmilliseconds: "getUTCMilliseconds",
  } as const).map(([name, method]) => [name, (at: number) => new Date(at)[method]()] as const),
  ["isNaN", Number.isNaN],
  ["isFinite", Number.isFinite],
  ["clamp", (value: number, low: number, high: number) => Math.max(low, Math.min(high, value))],
  ["now", Date.now],
  ["utc", Date.UTC],
  ["datetime", datetime],
  ["length", (of: { length: number }) => of.length],
  ["parseFloat", Number.parseFloat],
  ["parseInt", Number.parseInt],
  ["upper", (text: unknown) => String(text).toUpperCase()],
  ["lower", (text: unknown) => String(text).toLowerCase()],
  ["substring", (text: unknown, from: number, to?: number) => String(text).substring(from, to)],
  ["split", (text: unknown, by: string, limit?: number) => String(text).split(by, limit)],
  ["trim", (text: unknown) => String(text).trim()],
  ["btoa", (text: string) => btoa(text)],
  ["atob", (text: string) => atob(text)],
  ["encodeURIComponent", (text: string) => encodeURIComponent(text)],
  ["regexp", (pattern: string, flags?: string) => RegExp(pattern, flags)],
  ["test", (pattern: RegExp | string, text: string) => RegExp(pattern).test(text)],
]);

function datetime(first: string | number, month = 0, day = 1, hours = 0, minutes = 0, seconds = 0, ms = 0): Date {
  return typeof first === "string" ? new Date(first) : new Date(first, month, day, hours, minutes, seconds, ms);
}

/** Two ends, or a middle, become a place and a size. @see vega-interpreter, adjust-spatial.js */
function adjust(item: Item, channels: Encoding["channels"], swaps: boolean): void {
  for (const [from, to, middle, size] of spans) {
    if (channels[to]) {
      if (channels[from]) {
        if (swaps && Number(item[from]) > Number(item[to])) [item[from], item[to]] = [item[to], item[from]];
        item[size] = Number(item[to]) - Number(item[from]);
      } else {
        item[from] = Number(item[to]) - Number(item[size] || 0);
      }
    }
    if (channels[middle]) item[from] = Number(item[middle]) - Number(item[size] || 0) / 2;
  }
}

const spans = [
  ["x", "x2", "xc", "width"],
  ["y", "y2", "yc", "height"],
] as const;
