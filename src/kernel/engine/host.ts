import { existsSync } from "node:fs";
import type { SourceExtension } from "../extension.js";
import { completeThrough, inspectThrough, isCompleteThrough } from "./cell-assistant.js";
import { CellCompiler } from "./cell-compiler.js";
import type { Engine } from "./engine.js";
import type { EngineChannel } from "./engine-channel.js";
import type { EngineRequest, EngineResults, Surroundings } from "./protocol.js";

/** Answers the wire's requests: a cell's magics are lowered first, then the engine compiles what is left. */
export class EngineHost {
  private readonly compiler: CellCompiler;
  /** Compiles are worked off one after the other; assistance goes in between. */
  private queue: Promise<unknown> = Promise.resolve();
  /** The facts that the extension knows, as JSON. */
  private told: string | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly extension: SourceExtension | undefined,
    private readonly channel: Pick<EngineChannel, "send">,
  ) {
    this.compiler = new CellCompiler(engine, extension);
  }

  /** Tells the wire that requests are taken. */
  start(): void {
    const { name, typescriptVersion, problems } = this.engine;
    this.channel.send({
      event: "ready",
      engine: name,
      typescriptVersion,
      pid: process.pid,
      ...(problems ? { problems } : {}),
    });
  }

  /** Answers one request; never rejects. */
  async handle(request: EngineRequest): Promise<void> {
    const { id } = request;
    try {
      const result = await this.inOrder(() => this.answer(request));
      this.channel.send({ id, ok: true, result });
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      this.channel.send({ id, ok: false, error: { name, message, stack } });
    }
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** Brings this process to where the main thread is. */
  private take({ folder, facts }: Surroundings): void {
    if (folder !== undefined && folder !== process.cwd() && existsSync(folder)) {
      process.chdir(folder);
      this.engine.moveTo?.(process.cwd());
    }
    const told = facts && JSON.stringify(facts);
    if (facts && told !== this.told) this.extension?.learn?.(facts);
    this.told = told ?? this.told;
  }

  private async answer(request: EngineRequest): Promise<EngineResults[EngineRequest["op"]]> {
    if (request.surroundings) this.take(request.surroundings);
    switch (request.op) {
      case "compile":
        return this.compiler.compile(request.source, request.count);
      case "expression":
        return this.compiler.expression(request.source, request.count);
      case "complete":
        return completeThrough(this.engine, this.extension, request.request);
      case "inspect":
        return (await inspectThrough(this.engine, this.extension, request.request)) ?? null;
      case "isComplete":
        return isCompleteThrough(this.engine, this.extension, request.code);
      case "module":
        return (await this.engine.compileModule?.(request.specifier, request.from)) ?? null;
      case "reset":
        await this.engine.reset();
        return null;
      case "close":
        await this.engine.close();
        return null;
    }
  }
}
