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

/** `%%capture [name]`: runs the cell and keeps what it shows; the flags leave out one kind, as IPython's do. */
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
    { name: "no_stdout", type: "boolean", dashed: ["--no-stdout"], doc: "show standard output instead" },
    { name: "no_stderr", type: "boolean", dashed: ["--no-stderr"], doc: "show standard error instead" },
    {
      name: "no_display",
      type: "boolean",
      dashed: ["--no-display"],
      doc: "show tables, charts and other displays instead",
    },
  ],
  variable: {
    arg: "output",
    tsType:
      "{ readonly stdout: string; readonly stderr: string; readonly value: unknown; show(): void; " +
      "readonly outputs: ReadonlyArray<{ data: Record<string, unknown>; metadata?: Record<string, unknown> }> }",
  },
  lowering: "await",
  examples: ['%%capture out\nconsole.log("kept")', "%%capture\nfit(train)", "%%capture --no-stdout\nfit(train)"],
  async runCell(shown, { cell, output, provide }, body) {
    const captured = new Captured(output);
    provide(captured);
    const end = cell.capture({
      stream(stream, text) {
        if (stream === "stdout" ? shown.no_stdout : shown.no_stderr) return false;
        captured.stream(stream, text);
        return true;
      },
      display(bundle) {
        if (shown.no_display) return false;
        captured.display(bundle);
        return true;
      },
    });
    try {
      captured.value = (await body()).value;
    } finally {
      end();
    }
    return { hasValue: false, value: undefined };
  },
});
