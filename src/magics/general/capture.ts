import type { CellOutput } from "../../kernel/cell-output.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import { defineMagic } from "../define-magic.js";

/** What `%%capture out` leaves in `out`. */
class Captured {
  /** Output in the order it came, for `show`. */
  readonly #parts: Array<{ stream: "stdout" | "stderr"; text: string } | { bundle: MimeBundle }> = [];
  readonly #output: CellOutput;
  /** The cell's last value. */
  value: unknown;

  constructor(output: CellOutput) {
    this.#output = output;
  }

  get stdout(): string {
    return this.#text("stdout");
  }

  get stderr(): string {
    return this.#text("stderr");
  }

  get outputs(): MimeBundle[] {
    return this.#parts.flatMap((part) => ("bundle" in part ? [part.bundle] : []));
  }

  /** Shows it all under the cell that asks. */
  show(): void {
    for (const part of this.#parts) {
      if ("bundle" in part) this.#output.display(part.bundle);
      else this.#output.stream(part.stream, part.text);
    }
  }

  stream(stream: "stdout" | "stderr", text: string): void {
    this.#parts.push({ stream, text });
  }

  display(bundle: MimeBundle): void {
    this.#parts.push({ bundle });
  }

  #text(stream: "stdout" | "stderr"): string {
    return this.#parts.map((part) => ("text" in part && part.stream === stream ? part.text : "")).join("");
  }
}

/** `%%capture [name]`: runs the cell and keeps what it shows. */
export const capture = defineMagic({
  name: "capture",
  kind: "cell",
  summary: "Run the cell and capture its output in a variable",
  input: "args",
  body: "code",
  args: [
    {
      name: "output",
      type: "string",
      doc: "variable for the captured output: stdout, stderr, outputs, value, show()",
      positional: true,
    },
  ],
  variable: {
    arg: "output",
    tsType:
      "{ readonly stdout: string; readonly stderr: string; readonly value: unknown; show(): void; " +
      "readonly outputs: ReadonlyArray<{ data: Record<string, unknown>; metadata?: Record<string, unknown> }> }",
  },
  lowering: "await",
  examples: ['%%capture out\nconsole.log("kept")', "%%capture\nfit(train)"],
  async runCell(_args, { cell, output, provide }, body) {
    const captured = new Captured(output);
    provide(captured);
    const end = cell.capture({
      stream: (stream, text) => captured.stream(stream, text),
      display: (bundle) => captured.display(bundle),
    });
    try {
      captured.value = (await body()).value;
    } finally {
      end();
    }
    return { hasValue: false, value: undefined };
  },
});
