import { existsSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { SourceExtension } from "../extension.js";
import { completeThrough, inspectThrough, isCompleteThrough } from "./cell-assistant.js";
import { CellCompiler } from "./cell-compiler.js";
import type { Engine } from "./engine.js";
import type { DropRequest, EngineChannel, EngineRequest, EngineResults, Surroundings } from "./protocol.js";

type Assistance = Extract<EngineRequest, { op: "complete" | "inspect" | "isComplete" }>;
type Work = Exclude<EngineRequest, Assistance>;

/**
 * Answers the wire's requests: a cell's magics are lowered first, then the engine compiles what is left.
 *
 * Cells are compiled one after the other, in the order they come. Assistance is in no queue: what it waits for (names
 * that a store is slow to give) holds up nothing, and compile requests that have arrived by its turn go before it. The one thing
 * that cannot be shared is this thread while TypeScript checks: a completion is given a limited time for that, and
 * the caller decides how long to wait during a long compile (`wire/engine-client.ts`).
 */
export class EngineHost {
  readonly #engine: Engine;
  readonly #extension: SourceExtension | undefined;
  readonly #channel: Pick<EngineChannel, "send">;
  readonly #compiler: CellCompiler;
  #working: Promise<unknown> = Promise.resolve();
  /** Ids of assistance that has its turn to come. */
  readonly #waiting = new Set<number>();
  /** The facts that the extension knows, as JSON. */
  #told: string | undefined;

  constructor(engine: Engine, extension: SourceExtension | undefined, channel: Pick<EngineChannel, "send">) {
    this.#engine = engine;
    this.#extension = extension;
    this.#channel = channel;
    this.#compiler = new CellCompiler(engine, extension);
  }

  /** Tells the wire that requests are taken. */
  start(): void {
    const { name, typescriptVersion, problems } = this.#engine;
    this.#channel.send({
      event: "ready",
      engine: name,
      typescriptVersion,
      pid: process.pid,
      ...(problems ? { problems } : {}),
    });
  }

  /** Answers one request; never rejects. */
  async handle(request: EngineRequest | DropRequest): Promise<void> {
    const { id } = request;
    if (request.op === "drop") {
      this.#waiting.delete(id);
      return;
    }
    try {
      if (isAssistance(request) && !(await this.#turnOf(id))) return;
      const result = isAssistance(request) ? await this.#assist(request) : await this.#inOrder(() => this.#do(request));
      this.#channel.send({ id, ok: true, result });
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      this.#channel.send({ id, ok: false, error: { name, message, stack } });
    }
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  /** Brings this process to where the main thread is. */
  #take({ folder, facts }: Surroundings): void {
    if (folder !== undefined && folder !== process.cwd() && existsSync(folder)) {
      process.chdir(folder);
      this.#engine.moveTo?.(process.cwd());
    }
    const told = facts && JSON.stringify(facts);
    if (facts && told !== this.#told) this.#extension?.learn?.(facts);
    this.#told = told ?? this.#told;
  }

  /** Resolves when everything that has arrived is known. @returns whether the answer is still wanted */
  async #turnOf(id: number): Promise<boolean> {
    this.#waiting.add(id);
    await nextTurn();
    return this.#waiting.delete(id);
  }

  async #assist(request: Assistance): Promise<EngineResults[Assistance["op"]]> {
    if (request.surroundings) this.#take(request.surroundings);
    switch (request.op) {
      case "complete":
        return completeThrough(this.#engine, this.#extension, request.request);
      case "inspect":
        return (await inspectThrough(this.#engine, this.#extension, request.request)) ?? null;
      case "isComplete":
        return isCompleteThrough(this.#engine, this.#extension, request.code);
    }
  }

  async #do(request: Work): Promise<EngineResults[Work["op"]]> {
    if (request.surroundings) this.#take(request.surroundings);
    switch (request.op) {
      case "compile":
        this.#extension?.cellComes?.();
        return this.#compiler.compile(request.source, request.count);
      case "expression":
        return this.#compiler.expression(request.source, request.count);
      case "module":
        return (await this.#engine.compileModule?.(request.specifier, request.from)) ?? null;
      case "reset":
        await this.#engine.reset();
        return null;
      case "close":
        await this.#engine.close();
        return null;
    }
  }
}

function isAssistance(request: EngineRequest): request is Assistance {
  return request.op === "complete" || request.op === "inspect" || request.op === "isComplete";
}
