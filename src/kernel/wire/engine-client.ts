import { KernelError } from "../../errors.js";
import type { EngineMessage, EngineRequest, EngineResults } from "../engine/protocol.js";
import { discardSnapshot, engineFlags } from "../engine/snapshot/snapshot.js";
import type { ExtensionFacts } from "../extension.js";
import type { EngineLaunch } from "../messages.js";
import { CellMemory, type EngineQuestion, type EngineResult } from "./cell-memory.js";
import { type EngineProcess, type EngineProcessEvents, forkEngine } from "./engine-process.js";
import type { Log } from "./log.js";

type Op = keyof EngineResults;
type Asked<K extends Op> = Omit<Extract<EngineRequest, { op: K }>, "id" | "op" | "surroundings">;

interface Waiting {
  request: EngineRequest;
  resolve(result: EngineResult): void;
  reject(error: Error): void;
}

/**
 * How long completion and its like wait while TypeScript compiles a cell, ms: its thread can do one thing at a time, and a
 * second one would take its memory twice. JupyterLab and Jupyter Console give up after a second.
 */
const assistTimeout = 700;

/** Starts in a row that may fail before the engine is given up. */
const startsAllowed = 3;

/**
 * The engine process, seen from the wire worker. One that dies is started again, and compiles the cells of before once
 * more, since the values of their names still live.
 */
export class EngineClient {
  readonly #launch: EngineLaunch;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  readonly #memory = new CellMemory();
  /** Tells the user. */
  readonly #say: (news: string) => void;
  #engine: EngineProcess | undefined;
  #ready = false;
  #failedStarts = 0;
  #lastId = 0;
  #closing = false;
  #stderr = "";
  #facts: ExtensionFacts = {};
  /** What the user is to be told with the next cell. */
  #problems: readonly string[] = [];

  constructor(launch: EngineLaunch, log: Log, say: (news: string) => void) {
    this.#launch = launch;
    this.#log = log;
    this.#say = say;
  }

  /** Starts the process, so that it is warm when the first cell comes. */
  start(): void {
    if (this.#engine || this.#closing) return;
    this.#ready = false;
    this.#stderr = "";
    const on: EngineProcessEvents = {
      message: (message) => this.#receive(message),
      said: (text) => {
        this.#stderr = (this.#stderr + text).slice(-2000);
        this.#log.write(`engine: ${text.trimEnd()}`);
      },
      ended: (reason) => this.#lost(engine, reason),
    };
    const engine = forkEngine(this.#launch, this.#flags(), on);
    this.#engine = engine;
  }

  /** What a start may fail for is its flags: a snapshot of another V8, an option another Node lacks. */
  #flags(): string[] {
    const { snapshotScript: script } = this.#launch;
    return script !== undefined && this.#failedStarts === 0 ? engineFlags({ script }) : [];
  }

  #doWithoutFlags(): void {
    this.#failedStarts = 1;
    const { snapshotScript: script } = this.#launch;
    if (script !== undefined) discardSnapshot({ script });
  }

  /**
   * Asks the engine process.
   * @throws {KernelError} TEMPORARILY_UNAVAILABLE when the process dies before it answers, or cannot be started
   * @throws {Error} with the engine's own name and message when it refused
   */
  async request<K extends Op>(op: K, asked: Asked<K>): Promise<EngineResults[K]> {
    const engine = this.#running();
    const question = this.#question(op, asked);
    const result = await this.#ask(engine, question).answer;
    this.#memory.note(question, result);
    if (op === "compile" && this.#problems.length > 0) {
      this.#say(this.#problems.join("\n"));
      this.#problems = [];
    }
    return result as EngineResults[K];
  }

  #question<K extends Op>(op: K, asked: Asked<K>): EngineQuestion {
    const surroundings = { folder: workingDirectory(), facts: this.#facts };
    return { ...asked, op, surroundings } as EngineQuestion;
  }

  #running(): EngineProcess {
    if (this.#failedStarts >= startsAllowed) throw this.#unavailable("could not be started");
    this.start();
    if (!this.#engine) throw this.#unavailable("is closed");
    return this.#engine;
  }

  /**
   * Asks for what a person waits for while typing.
   * @returns undefined when the engine is still compiling a cell after {@link assistTimeout}
   */
  async assist<K extends "complete" | "inspect" | "isComplete">(
    op: K,
    asked: Asked<K>,
  ): Promise<EngineResults[K] | undefined> {
    const engine = this.#running();
    const { id, answer } = this.#ask(engine, this.#question(op, asked));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setInterval(() => {
        if (this.#isCompiling()) resolve(undefined);
      }, assistTimeout);
    });
    try {
      return (await Promise.race([answer, late])) as EngineResults[K] | undefined;
    } finally {
      clearInterval(timer);
      // The engine reads it before it gets to the request.
      if (this.#settle(id)) engine.send({ op: "drop", id }, () => undefined);
    }
  }

  /** Names that earlier cells have declared. */
  get names(): ReadonlySet<string> {
    return this.#memory.names;
  }

  #isCompiling(): boolean {
    return [...this.#waiting.values()].some(({ request: { op } }) => op === "compile" || op === "expression");
  }

  #ask(engine: EngineProcess, asked: EngineQuestion): { id: number; answer: Promise<EngineResult> } {
    this.#lastId += 1;
    const request: EngineRequest = { ...asked, id: this.#lastId };
    const answer = new Promise<EngineResult>((resolve, reject) =>
      this.#waiting.set(request.id, { request, resolve, reject }),
    );
    this.#send(engine, request);
    return { id: request.id, answer };
  }

  /** What the engine process is to know with the next request. */
  tell(facts: ExtensionFacts): void {
    this.#facts = facts;
  }

  #send(engine: EngineProcess, request: EngineRequest): void {
    engine.send(request, (error) => {
      // A process that is gone says so itself, and may be started again for what it was asked.
      if (this.#engine !== engine || !this.#ready) return;
      this.#settle(request.id)?.reject(this.#unavailable(`did not take a request (${error.message})`));
    });
  }

  /** Ends the process; what is being asked is refused. */
  close(): void {
    this.#closing = true;
    this.#engine?.kill();
  }

  /** Ends a process that does not answer; the next request starts another. */
  abandon(reason: string): void {
    const engine = this.#engine;
    if (!engine) return;
    this.#lost(engine, reason);
    engine.kill();
  }

  #receive(message: EngineMessage): void {
    if ("event" in message) {
      this.#ready = true;
      this.#problems = message.problems ?? [];
      this.#failedStarts = 0;
      return;
    }
    const waiting = this.#settle(message.id);
    if (message.ok) {
      waiting?.resolve(message.result);
      return;
    }
    const error = new Error(message.error.message);
    error.name = message.error.name;
    error.stack = message.error.stack ?? `${error.name}: ${error.message}`;
    waiting?.reject(error);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #lost(engine: EngineProcess, reason: string): void {
    if (this.#engine !== engine) return;
    this.#engine = undefined;
    if (this.#closing) return;
    this.#log.write(`The engine process ended (${reason}).`);
    const mayDoWithoutFlags = this.#failedStarts === 0 && this.#launch.snapshotScript !== undefined;
    if (!this.#ready && mayDoWithoutFlags) {
      this.#doWithoutFlags();
      this.start();
      const next = this.#engine;
      if (next) for (const { request } of this.#waiting.values()) this.#send(next, request);
      return;
    }
    const error = this.#unavailable(`ended (${reason})`);
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
    if (this.#ready) {
      this.start();
      if (this.#engine) void this.#recall(this.#engine, reason);
    } else {
      this.#failedStarts += 1;
    }
  }

  /** What is asked next waits in the process's own queue until it knows the earlier cells. */
  async #recall(engine: EngineProcess, reason: string): Promise<void> {
    const what = `The TypeScript engine process ended (${reason}) and is started again. Values of earlier cells are kept`;
    const again = "run the cells that declare them again";
    if (this.#memory.recalling) {
      this.#memory.clear();
      this.#say(`${what}, but their names are not known to the type checker: ${again}.`);
      return;
    }
    this.#say(`${what}, and it reads their code once more.`);
    const refused = await this.#memory.recall((cell) => this.#ask(engine, cell).answer);
    if (refused.length === 0) return;
    const cells = refused.map((count) => `Cell [${count}]`).join(", ");
    this.#say(`The type checker does not know the names of ${cells} any more: ${again}.`);
  }

  #unavailable(what: string): KernelError {
    const said = this.#stderr.trim();
    return new KernelError(
      "TEMPORARILY_UNAVAILABLE",
      `The TypeScript engine process ${what}.${said === "" ? "" : ` It said: ${said}`}`,
      { hint: "Run the cell again; if it comes back, restart the kernel and run `runlab doctor`." },
    );
  }
}

/** The main thread's, which this thread shares; undefined when the folder has been removed. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
