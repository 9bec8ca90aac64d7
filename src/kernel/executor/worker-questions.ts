import { KernelError } from "../../errors.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import type { CompiledModule } from "../engine/engine.js";
import type { FromMain, ToMain } from "../messages.js";
import type { MainPort } from "./main-port.js";

type Answer = Exclude<Extract<ToMain, { ticket: number }>, { type: "keys" }>;
type AnswerTo<Type extends Answer["type"]> = Extract<Answer, { type: Type }>;

/** What the main thread asks the wire worker; the number in a question comes back with its answer. */
export class WorkerQuestions {
  readonly #port: MainPort;
  readonly #open = new Map<number, (answer: Answer) => void>();
  #lastTicket = 0;

  constructor(port: MainPort) {
    this.#port = port;
  }

  /** Resolves when what reached descriptors 1 and 2 before now has been handed to the main thread. */
  async drain(): Promise<void> {
    await this.#ask<"drained">((ticket) => ({ type: "drain", ticket }));
  }

  /** What hovering over a name shows; undefined when there is nothing to say, or the engine cannot be asked. */
  async inspect(name: string): Promise<MimeBundle | undefined> {
    const { bundle } = await this.#ask<"inspected">((ticket) => ({ type: "inspect", ticket, name }));
    return bundle ?? undefined;
  }

  /** The engine forgets every name of earlier cells. @throws {KernelError} TEMPORARILY_UNAVAILABLE when it cannot */
  async reset(): Promise<void> {
    const { error } = await this.#ask<"reset">((ticket) => ({ type: "reset", ticket }));
    if (error !== undefined) throw new KernelError("TEMPORARILY_UNAVAILABLE", error);
  }

  /**
   * Compiles a local file that running code imports.
   * @returns undefined when the engine does not compile it
   * @throws {KernelError} TEMPORARILY_UNAVAILABLE when the engine cannot be asked
   */
  async compileModule(specifier: string, from: string): Promise<CompiledModule | undefined> {
    const { module, error } = await this.#ask<"module">((ticket) => ({ type: "module", ticket, specifier, from }));
    if (error !== undefined) throw new KernelError("TEMPORARILY_UNAVAILABLE", error);
    return module ?? undefined;
  }

  /** Takes the worker's answer. */
  answer(answer: Answer): void {
    this.#open.get(answer.ticket)?.(answer);
    this.#open.delete(answer.ticket);
  }

  #ask<Type extends Answer["type"]>(question: (ticket: number) => FromMain): Promise<AnswerTo<Type>> {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    return new Promise((resolve) => {
      this.#open.set(ticket, resolve as (answer: Answer) => void);
      this.#port.post(question(ticket));
    });
  }
}
