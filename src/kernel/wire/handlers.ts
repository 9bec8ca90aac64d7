import type { Completion, ValuePath } from "../engine/engine.js";
import type { Comms } from "./comms.js";
import type { EngineClient } from "./engine-client.js";
import type { History } from "./history.js";
import { type Content, protocolVersion } from "./message.js";

/** What the answers to requests are made of. */
export interface HandlerContext {
  readonly engine: EngineClient;
  readonly history: History;
  readonly comms: Comms;
  readonly kernelVersion: string;
  readonly languageVersion: string;
  /** Keys that a value has now; none when the main thread is busy. */
  keys(path: ValuePath): Promise<readonly string[]>;
  /** Stops the running cell. */
  interrupt(): void;
  /** The kernel ends after the reply has left. */
  shutdown(restart: boolean): void;
}

/** A request that is answered at once, also while a cell is running. */
export interface RequestHandler {
  /** `<name>_request`, answered by `<name>_reply`. */
  readonly name: string;
  /** The content of the reply; `status: "ok"` is added. A throw becomes a reply with `status: "error"`. */
  handle(content: Content, context: HandlerContext): Content | Promise<Content>;
}

/** Who the kernel is; known before the engine is up. */
const kernelInfo: RequestHandler = {
  name: "kernel_info",
  handle(_content, { kernelVersion, languageVersion }) {
    return {
      protocol_version: protocolVersion,
      implementation: "runlab",
      implementation_version: kernelVersion,
      language_info: {
        name: "typescript",
        version: languageVersion,
        mimetype: "text/typescript",
        file_extension: ".ts",
        pygments_lexer: "typescript",
        codemirror_mode: { name: "javascript", typescript: true },
        nbconvert_exporter: "script",
      },
      banner: `runlab ${kernelVersion}: TypeScript ${languageVersion} on Node ${process.versions.node}. A cell is a run: try %lsmagic.`,
      debugger: false,
      supported_features: [],
      help_links: [{ text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" }],
    };
  },
};

const complete: RequestHandler = {
  name: "complete",
  async handle(content, { engine, keys }) {
    const code = typeof content.code === "string" ? content.code : "";
    const cursor = typeof content.cursor_pos === "number" ? utf16Offset(code, content.cursor_pos) : code.length;
    const typed =
      (await engine.assist("complete", { request: { code, cursor } })) ?? fromNames(engine.names, code, cursor);
    const completion = typed.path === undefined ? typed : withKeys(typed, await keys(typed.path), code, cursor);
    const start = codePointOffset(code, completion.start);
    const end = codePointOffset(code, completion.end);
    const types = completion.types?.map((type) => ({ start, end, ...type }));
    return {
      matches: completion.matches,
      cursor_start: start,
      cursor_end: end,
      metadata: types ? { _jupyter_types_experimental: types } : {},
    };
  },
};

/** Behind those that types know, the keys that only the value has. */
function withKeys(typed: Completion, keys: readonly string[], code: string, cursor: number): Completion {
  const written = code.slice(typed.start, cursor).toLowerCase();
  const known = new Set(typed.matches);
  const added = keys.filter((key) => !known.has(key) && key.toLowerCase().startsWith(written));
  return {
    ...typed,
    matches: [...typed.matches, ...added],
    types: [...(typed.types ?? []), ...added.map((text) => ({ text, type: "property" }))],
  };
}

/** Without TypeScript: the names of earlier cells, where a name can stand. */
function fromNames(names: ReadonlySet<string>, code: string, cursor: number): Completion {
  const word = /(?<![\p{ID_Continue}$.'"`%])[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0];
  const matches = word === undefined ? [] : [...names].filter((name) => name.startsWith(word)).sort();
  return { matches, start: cursor - (word?.length ?? 0), end: cursor };
}

const inspect: RequestHandler = {
  name: "inspect",
  async handle(content, { engine }) {
    const code = typeof content.code === "string" ? content.code : "";
    const cursor = typeof content.cursor_pos === "number" ? utf16Offset(code, content.cursor_pos) : code.length;
    const detailLevel = content.detail_level === 1 ? 1 : 0;
    const bundle = (await engine.assist("inspect", { request: { code, cursor, detailLevel } })) ?? null;
    return { found: bundle !== null, data: bundle?.data ?? {}, metadata: bundle?.metadata ?? {} };
  },
};

const isComplete: RequestHandler = {
  name: "is_complete",
  async handle(content, { engine }) {
    const code = typeof content.code === "string" ? content.code : "";
    return { ...((await engine.assist("isComplete", { code })) ?? { status: "unknown" }) };
  },
};

const history: RequestHandler = {
  name: "history",
  async handle(content, context) {
    return { history: await context.history.request(content) };
  },
};

const commInfo: RequestHandler = {
  name: "comm_info",
  handle: ({ target_name: target }, { comms }) => ({
    comms: comms.info(typeof target === "string" && target !== "" ? target : undefined),
  }),
};

const interrupt: RequestHandler = {
  name: "interrupt",
  handle(_content, context) {
    context.interrupt();
    return {};
  },
};

const shutdown: RequestHandler = {
  name: "shutdown",
  handle({ restart }, context) {
    context.shutdown(restart === true);
    return { restart: restart === true };
  },
};

/** kernel_info says `debugger: false`; a front end that asks anyway gets a refusal in the debug adapter's own form. */
const debug: RequestHandler = {
  name: "debug",
  handle: ({ seq, command }) => ({
    type: "response",
    seq: 0,
    request_seq: typeof seq === "number" ? seq : 0,
    command: typeof command === "string" ? command : "",
    success: false,
    message: "The runlab kernel has no debugger.",
  }),
};

/** Every request that is answered at once, on shell as on control. */
export const requestHandlers: readonly RequestHandler[] = [
  kernelInfo,
  complete,
  inspect,
  isComplete,
  history,
  commInfo,
  interrupt,
  shutdown,
  debug,
];

/**
 * Jupyter counts a cursor in Unicode code points since protocol 5.2; JavaScript counts UTF-16 units. They differ
 * after the first emoji.
 */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let left = codePoints; left > 0 && offset < text.length; left -= 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The number of code points before a UTF-16 offset; a surrogate pair cut in half counts as one. */
export function codePointOffset(text: string, offset: number): number {
  let count = 0;
  for (let at = 0; at < Math.min(offset, text.length); count += 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
