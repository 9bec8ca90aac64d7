import type { CellInfo } from "../../kernel/extension.js";

/** Most UTF-16 units kept of one stream of one run (about 1 MB of plain text): a log, not a data dump. */
const outputLimit = 1_000_000;

type StreamName = "stdout" | "stderr";

interface Kept {
  parts: string[];
  length: number;
  dropped: number;
}

/** Listens to what a cell prints and keeps its beginning, up to a limit per stream. */
export class KeptOutput {
  readonly #limit: number;
  readonly #streams: Record<StreamName, Kept> = {
    stdout: { parts: [], length: 0, dropped: 0 },
    stderr: { parts: [], length: 0, dropped: 0 },
  };
  readonly #stop: () => void;

  constructor(cell: CellInfo, limit = outputLimit) {
    this.#limit = limit;
    this.#stop = cell.onOutput((stream, text) => this.#keep(stream, text));
  }

  /** Stops listening; what is kept stays. */
  stop(): void {
    this.#stop();
  }

  /** Text of a stream, ending in a note when it was cut; undefined when nothing was printed. */
  text(stream: StreamName): string | undefined {
    const { parts, dropped } = this.#streams[stream];
    if (parts.length === 0) return undefined;
    const text = parts.join("");
    if (dropped === 0) return text;
    return `${text}\n[runlab: only the first ${this.#limit} characters of ${stream} are recorded; ${dropped} more were printed]\n`;
  }

  #keep(name: StreamName, text: string): void {
    const stream = this.#streams[name];
    const room = this.#limit - stream.length;
    const kept = text.length <= room ? text : text.slice(0, room);
    if (kept !== "") stream.parts.push(kept);
    stream.length += kept.length;
    stream.dropped += text.length - kept.length;
  }
}
