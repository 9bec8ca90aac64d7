import { own } from "../../own.js";
import { Markdown } from "../parts/markdown.js";
import { VegaChart } from "../parts/vega-chart.js";

type Json = Readonly<Record<string, unknown>>;

/** Cells that are drawn. */
const most = 300;

/** A Jupyter notebook with its outputs. @see nbformat 4.5 */
export function NotebookView({ notebook }: { notebook: Json }) {
  const cells = records(notebook.cells);
  return (
    <div class="notebook">
      {cells.slice(0, most).map((cell, at) => (
        <Cell key={at} cell={cell} />
      ))}
      {cells.length > most && <p class="hint">and {cells.length - most} more cells</p>}
    </div>
  );
}

function Cell({ cell }: { cell: Json }) {
  const source = textOf(cell.source);
  if (cell.cell_type === "markdown") return <Markdown text={source} />;
  return (
    <div class="notebook-cell">
      <pre class="notebook-code">{source}</pre>
      {records(cell.outputs).map((output, at) => (
        <Output key={at} output={output} />
      ))}
    </div>
  );
}

function Output({ output }: { output: Json }) {
  if (output.output_type === "stream") return <pre class="notebook-output">{plain(textOf(output.text))}</pre>;
  if (output.output_type === "error") {
    return <pre class="notebook-output bad">{plain(textOf(output.traceback, "\n") || textOf(output.evalue))}</pre>;
  }
  const data: Json = isRecord(output.data) ? output.data : {};
  const chart = ["application/vnd.vegalite.v5+json", "application/vnd.vegalite.v4+json"]
    .map((type) => own(data, type))
    .find(isRecord);
  if (chart !== undefined) return <VegaChart spec={chart} label="A chart of the notebook" />;
  const png = textOf(own(data, "image/png")).replace(/\s/g, "");
  if (png !== "")
    return <img class="preview-image" src={`data:image/png;base64,${png}`} alt="An output of the notebook" />;
  const svg = textOf(own(data, "image/svg+xml"));
  if (svg !== "") {
    const url = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    return <img class="preview-image" src={url} alt="An output of the notebook" />;
  }
  const text = textOf(own(data, "text/plain"));
  const html = textOf(own(data, "text/html"));
  if (html !== "") return <iframe class="notebook-html" sandbox="" srcdoc={html} title="An output of the notebook" />;
  return text === "" ? null : <pre class="notebook-output">{plain(text)}</pre>;
}

/** A text, or a list of its lines. */
function textOf(value: unknown, between = ""): string {
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string").join(between);
  return typeof value === "string" ? value : "";
}

/** Without the colours of a terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what these are
  return text.replace(/\u001b\[[\d;]*m/g, "").slice(0, 100_000);
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
