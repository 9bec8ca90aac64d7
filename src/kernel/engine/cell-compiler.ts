import { KernelError, MagicError } from "../../errors.js";
import type { LoweredCell, LoweredText, Remark, SourceExtension } from "../extension.js";
import type { Compiled, Diagnostic, Engine } from "./engine.js";
import type { CompileAnswer, CompiledMagicCall } from "./protocol.js";
import { syntaxOf } from "./syntax.js";

/** A cell from the user's text to JavaScript, magics included. */
export class CellCompiler {
  readonly #engine: Engine;
  readonly #extension: SourceExtension | undefined;

  constructor(engine: Engine, extension: SourceExtension | undefined) {
    this.#engine = engine;
    this.#extension = extension;
  }

  /** @throws {KernelError} INVALID_PARAMETER_VALUE when a cell is nested deeper than TypeScript can follow */
  async compile(source: string, count: number): Promise<CompileAnswer> {
    try {
      return await this.#compileCell(source, count);
    } catch (error) {
      if (!(error instanceof RangeError) || !/call stack/i.test(error.message)) throw error;
      throw new KernelError("INVALID_PARAMETER_VALUE", "The cell is nested too deeply for TypeScript to compile it.", {
        hint: "Split a chain of thousands of operators or brackets into statements, or read the data from a file.",
      });
    }
  }

  async #compileCell(source: string, count: number): Promise<CompileAnswer> {
    const lowered = this.#lower(source);
    if ("diagnostics" in lowered) return { ok: false, diagnostics: lowered.diagnostics };
    const { magic, code } = lowered.cell;
    const parts: { magic?: CompiledMagicCall } = {};
    if (magic) {
      const { header, ...call } = magic;
      parts.magic = call;
      if (header) {
        const compiled = await this.#compileText(header, source, count, true);
        if (!compiled.ok) return { ok: false, diagnostics: explained(compiled.diagnostics, lowered.cell) };
        parts.magic = { ...call, header: compiled };
      }
    }
    if (code === undefined || code.text.trim() === "") return { ok: true, ...parts };
    const compiled = await this.#compileText(code, source, count, false);
    if (!compiled.ok) return { ok: false, diagnostics: explained(compiled.diagnostics, lowered.cell) };
    return { ok: true, ...parts, code: compiled };
  }

  async expression(source: string, count: number): Promise<CompileAnswer> {
    const compiled = await this.#engine.compile({ count, text: source, expression: true });
    return compiled.ok ? { ok: true, code: compiled } : compiled;
  }

  #compileText(lowered: LoweredText, source: string, count: number, expression: boolean): Promise<Compiled> {
    const { text, map } = lowered;
    return this.#engine.compile({ count, text, ...(map ? { map, source } : {}), expression });
  }

  #lower(source: string): { cell: ReturnType<SourceExtension["lower"]> } | { diagnostics: Diagnostic[] } {
    if (this.#extension === undefined) return { cell: { code: { text: source } } };
    try {
      return { cell: this.#extension.lower(source, syntaxOf(this.#engine)) };
    } catch (error) {
      if (!(error instanceof MagicError)) throw error;
      const { start, length } = error.at ?? { start: 0, length: 0 };
      const message = error.hint ? `${error.message}\n${error.hint}` : error.message;
      return { diagnostics: [{ message, code: "", category: "error", start, length, name: error.name }] };
    }
  }
}

/**
 * A line that may be meant as a magic tells more than the compile error it makes, and a magic what it takes. Where the
 * former is a syntax error, the others that the parser stumbled into after it are left out.
 */
function explained(errors: readonly Diagnostic[], { suspects = [], remarks = [] }: LoweredCell): Diagnostic[] {
  const suspectOf = ({ start: at }: Diagnostic) =>
    suspects.find(({ start, length }) => at >= start && at <= start + length);
  // One value of the wrong type may make an error for each of its parts.
  const told = new Set<Remark>();
  const misread = errors.some((error) => isSyntaxError(error) && suspectOf(error));
  const shown = errors.flatMap((error) => {
    const suspect = suspectOf(error);
    if (suspect) return suspect;
    if (misread && isSyntaxError(error)) return [];
    const remark = remarks.find(
      ({ ranges, codes }) => codes.includes(error.code) && ranges.some((range) => isIn(range, error.start)),
    );
    if (remark === undefined || told.has(remark)) return error;
    told.add(remark);
    return { ...error, message: `${remark.text} ${error.message}` };
  });
  return [...new Set(shown)].map((error) => (error.code === "" ? { ...error, name: "MagicError" } : error));
}

function isIn({ start, end }: { start: number; end: number }, at: number): boolean {
  return at >= start && at < end;
}

/** TypeScript's numbers from 1000 to 1999 are the parser's. */
function isSyntaxError({ code }: Diagnostic): boolean {
  return /^TS1\d{3}$/.test(code);
}
