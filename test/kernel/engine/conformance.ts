import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { CellOutput } from "../../../src/kernel/cell-output.js";
import type { CompileModule } from "../../../src/kernel/engine/compile-module.js";
import type {
  CellInput,
  CellValue,
  Compiled,
  CompiledCell,
  Engine,
  Evaluator,
} from "../../../src/kernel/engine/engine.js";
import { outputSymbol } from "../../../src/kernel/executor/live-output.js";
import type { MimeBundle } from "../../../src/render/mime-bundle.js";
import { assistCases } from "./conformance-assist.js";
import { errorCases } from "./conformance-errors.js";
import { createNotebookFolder, type NotebookFolder } from "./conformance-folder.js";
import { languageCases } from "./conformance-language.js";
import { moduleCases } from "./conformance-modules.js";
import { scopeCases } from "./conformance-scope.js";
import { typeCases } from "./conformance-types.js";

/** One engine with its evaluator, as the suite is given it. */
export interface EngineUnderTest {
  name: string;
  createEngine(options: { cwd: string; ambient: string }): Engine | Promise<Engine>;
  createEvaluator(compile: CompileModule): Evaluator;
  /** Titles of cases it need not pass, and why. Each is run too, and must fail: the list stays true. */
  misses: Readonly<Record<string, string>>;
}

export interface Position {
  /** File name, or `Cell [n]`. */
  file: string;
  line: number;
  column: number;
}

/** Declarations that all cells of the suite see. */
const ambient = "declare const ambientNumber: number;\ndeclare function ambientHelper(text: string): string;";

/** A notebook without wire and kernel: cells go from the engine straight to the evaluator. */
export class Notebook {
  readonly folder: NotebookFolder;
  readonly engine: Engine;
  readonly evaluator: Evaluator;
  /** What cells have drawn since the test began. */
  readonly shown: Array<MimeBundle["data"]> = [];
  readonly output: CellOutput = {
    display: ({ data }) => void this.shown.push(data),
    update: (_displayId, { data }) => void this.shown.push(data),
    clear: () => undefined,
    stream: () => undefined,
  };
  #count = 0;

  constructor(folder: NotebookFolder, engine: Engine, evaluator: Evaluator) {
    this.folder = folder;
    this.engine = engine;
    this.evaluator = evaluator;
  }

  async compile(text: string, more: Partial<CellInput> = {}): Promise<Compiled> {
    return this.engine.compile({ count: ++this.#count, text, ...more });
  }

  /** Compiles and evaluates; diagnostics fail the test. */
  async run(text: string, more: Partial<CellInput> = {}): Promise<CellValue> {
    return this.evaluate(await this.compiled(text, more));
  }

  /** The value of the last of several cells. */
  async value(...cells: string[]): Promise<unknown> {
    const values: unknown[] = [];
    for (const cell of cells) values.push((await this.run(cell)).value);
    return values.at(-1);
  }

  async compiled(text: string, more: Partial<CellInput> = {}): Promise<CompiledCell> {
    const compiled = await this.compile(text, more);
    if (compiled.ok) return compiled;
    return assert.fail(compiled.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  }

  async evaluate(cell: CompiledCell): Promise<CellValue> {
    return this.evaluator.evaluate(cell, { cwd: this.folder.path });
  }

  /** What a cell throws, and the topmost place of the stack. */
  async thrown(text: string, more: Partial<CellInput> = {}): Promise<{ error: unknown; at: Position | undefined }> {
    const cell = await this.compiled(text, more);
    try {
      await this.evaluate(cell);
    } catch (error) {
      return { error, at: placeOf(error) };
    }
    return assert.fail("the cell threw nothing");
  }

  /** The diagnostics of a cell that is refused, each with the text it marks and the imported file it is in, if it is. */
  async refused(text: string, more: Partial<CellInput> = {}, source = text) {
    const compiled = await this.compile(text, more);
    assert.equal(compiled.ok, false, "the cell was not refused");
    if (compiled.ok) return [];
    return compiled.diagnostics.map(({ start, length, code, message, category, file }) => {
      const marked = (file?.text ?? source).slice(start, start + length);
      return { code, message, category, start, marked, file: file?.name };
    });
  }
}

/** Evaluators let stacks tell the user's own lines wherever they are read. */
function placeOf(error: unknown): Position | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frame = /^ +at (?:.*\()?(.*):(\d+):(\d+)\)?$/m.exec(stack);
  return frame ? { file: basename(frame[1] ?? ""), line: Number(frame[2]), column: Number(frame[3]) } : undefined;
}

/** Runs the whole suite on one engine; one engine process's worth of state, forgotten between cases. */
export function engineConformance(target: EngineUnderTest): void {
  describe(`${target.name} is an Engine`, () => {
    const state: { notebook?: Notebook } = {};
    const notebook = () => state.notebook ?? assert.fail("the engine did not start");

    before(async () => {
      const folder = createNotebookFolder();
      const engine = await target.createEngine({ cwd: folder.path, ambient });
      const evaluator = target.createEvaluator(async (specifier, from) => engine.compileModule?.(specifier, from));
      state.notebook = new Notebook(folder, engine, evaluator);
      Reflect.set(globalThis, outputSymbol, state.notebook.output);
    });
    beforeEach(async () => {
      await notebook().engine.reset();
      notebook().evaluator.reset();
      notebook().shown.length = 0;
    });
    after(async () => {
      await state.notebook?.engine.close();
      state.notebook?.folder.remove();
      Reflect.deleteProperty(globalThis, outputSymbol);
    });

    const cases = [...languageCases, ...scopeCases, ...typeCases, ...errorCases, ...moduleCases, ...assistCases];
    for (const { title, run } of cases) {
      const reason = target.misses[title];
      if (reason === undefined) test(title, () => run(notebook()));
      else
        test(`not yet: ${title} (${reason})`, () =>
          assert.rejects(run(notebook()), `"${title}" passes: take it off the list`));
    }
    test("the list of what it may miss names cases of the suite", () => {
      const titles = new Set(cases.map(({ title }) => title));
      assert.deepEqual(
        Object.keys(target.misses).filter((title) => !titles.has(title)),
        [],
      );
    });
  });
}
