import type { PositionMap } from "../../kernel/engine/engine.js";
import type { LoweredText } from "../../kernel/extension.js";

/** Builds lowered text and, beside it, the map back to the source. */
export class TextWriter {
  private readonly pieces: string[] = [];
  private readonly map: Array<{ lowered: number; source: number; length: number }> = [];
  private length = 0;

  constructor(private readonly source: string) {}

  /** Text that the user did not write. */
  write(text: string): this {
    this.pieces.push(text);
    this.length += text.length;
    return this;
  }

  /** The source from `start` to `end`. */
  copy(start: number, end: number): this {
    return this.copyAs(this.source.slice(start, end), start);
  }

  /** Text that stands for as many characters of the source, from `start` on: `(x)` for `{x}`. */
  copyAs(text: string, start: number): this {
    if (text.length > 0) {
      const last = this.map.at(-1);
      if (last && last.lowered + last.length === this.length && last.source + last.length === start) {
        last.length += text.length;
      } else this.map.push({ lowered: this.length, source: start, length: text.length });
    }
    return this.write(text);
  }

  done(): LoweredText {
    const map: PositionMap = this.map;
    return { text: this.pieces.join(""), map };
  }
}
