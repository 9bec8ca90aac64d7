import type { CompileAnswer, EngineRequest, EngineResults } from "../engine/protocol.js";

type WithoutId<R> = R extends EngineRequest ? Omit<R, "id"> : never;

/** A request before it has its id. */
export type EngineQuestion = WithoutId<EngineRequest>;
export type EngineResult = EngineResults[EngineRequest["op"]];

type CompileQuestion = Extract<EngineQuestion, { op: "compile" }>;

/** The cells that an engine process has compiled, so that the one that takes its place can be told them. */
export class CellMemory {
  #cells: CompileQuestion[] = [];
  #recalling = false;
  readonly #names = new Set<string>();

  /** What the cells have declared. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** A process is being told the cells. */
  get recalling(): boolean {
    return this.#recalling;
  }

  /** Remembers what changes what an engine knows. */
  note(asked: EngineQuestion, result: EngineResult): void {
    if (asked.op === "reset") this.clear();
    if (asked.op !== "compile" || !isCompiled(result)) return;
    this.#cells.push(asked);
    for (const name of result.code?.declares ?? []) this.#names.add(name);
  }

  /**
   * Tells a new process every cell, in order.
   * @returns counts of the cells that it refuses now, e.g. since a file they import has changed; they are forgotten
   */
  async recall(compile: (cell: CompileQuestion) => Promise<EngineResult>): Promise<number[]> {
    this.#recalling = true;
    const cells = this.#cells;
    const told = [...cells];
    const answers = await Promise.allSettled(told.map(compile));
    this.#recalling = false;
    if (this.#cells !== cells) return []; // Cleared meanwhile: nothing of it counts any more.
    const refused = told.filter((_, at) => {
      const answer = answers[at];
      return answer?.status !== "fulfilled" || !isCompiled(answer.value);
    });
    this.#cells = cells.filter((cell) => !refused.includes(cell));
    return refused.map(({ count }) => count);
  }

  clear(): void {
    this.#cells = [];
    this.#names.clear();
  }
}

function isCompiled(result: EngineResult): result is CompileAnswer & { ok: true } {
  return result !== null && "ok" in result && result.ok;
}
