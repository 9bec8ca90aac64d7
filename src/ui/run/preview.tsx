import { useMemo, useState } from "preact/hooks";
import { isChartSpec } from "../../render/chart-spec.js";
import { delimiterOf, parseCsv } from "../parts/csv.js";
import { ErrorBox } from "../parts/error-box.js";
import { Markdown } from "../parts/markdown.js";
import { VegaChart } from "../parts/vega-chart.js";
import { type ArtifactText, artifactUrl, readText } from "../server/artifacts.js";
import { useAsked } from "../server/use-asked.js";
import { NotebookView } from "./notebook-view.js";
import { ParquetView } from "./parquet-view.js";
import { TableView } from "./table-view.js";

const media = {
  image: /\.(png|jpe?g|gif|webp|avif|bmp|svg)$/i,
  html: /\.html?$/i,
  pdf: /\.pdf$/i,
  audio: /\.(mp3|wav|ogg|flac|m4a)$/i,
  video: /\.(mp4|webm)$/i,
  binary: /\.(pkl|pickle|joblib|pt|pth|onnx|bin|npy|npz|zip|gz|tar|h5|safetensors|model)$/i,
} as const;

/** A look into a logged file. Whatever it holds, it can do nothing here: see the server's headers. */
export function Preview({ runId, path }: { runId: string; path: string }) {
  const url = artifactUrl(runId, path);
  const name = path.split("/").at(-1) ?? path;
  if (media.image.test(path)) return <img class="preview-image" src={url} alt={name} />;
  if (media.html.test(path)) return <HtmlView url={url} name={name} />;
  if (media.pdf.test(path)) return <iframe class="preview-frame" src={url} title={name} />;
  // biome-ignore lint/a11y/useMediaCaption: nobody has logged captions
  if (media.audio.test(path)) return <audio controls src={url} aria-label={name} />;
  // biome-ignore lint/a11y/useMediaCaption: nobody has logged captions
  if (media.video.test(path)) return <video class="preview-image" controls src={url} aria-label={name} />;
  if (/\.parquet$/i.test(path)) return <ParquetView runId={runId} path={path} />;
  if (media.binary.test(path)) return <p class="faint">A file of this kind can only be downloaded.</p>;
  return <TextPreview runId={runId} path={path} />;
}

function HtmlView({ url, name }: { url: string; name: string }) {
  const [scripts, setScripts] = useState(false);
  return (
    <>
      <iframe
        key={String(scripts)}
        class="preview-frame"
        sandbox={scripts ? "allow-scripts" : ""}
        src={scripts ? `${url}?scripts=1` : url}
        title={name}
      />
      {!scripts && (
        <p class="hint">
          Scripts in it do not run.{" "}
          <button type="button" class="link-button" onClick={() => setScripts(true)}>
            Run them
          </button>{" "}
          in isolation: they reach neither the network nor this page.
        </p>
      )}
    </>
  );
}

function TextPreview({ runId, path }: { runId: string; path: string }) {
  const asked = useAsked(`${runId}/${path}`, (signal) => readText(runId, path, signal));
  if (asked.error) return <ErrorBox error={asked.error} again={asked.again} />;
  return asked.value === undefined ? null : <TextView runId={runId} path={path} content={asked.value} />;
}

function TextView({ runId, path, content: { text, cut } }: { runId: string; path: string; content: ArtifactText }) {
  const json = useMemo(() => (/\.(json|ipynb)$/i.test(path) && !cut ? parsed(text) : undefined), [path, text, cut]);
  const csv = useMemo(() => {
    if (!/\.(csv|tsv)$/i.test(path)) return undefined;
    const rows = parseCsv(text, { delimiter: /\.tsv$/i.test(path) ? "\t" : delimiterOf(text) });
    // The last line of a beginning is part of one.
    return cut && rows.length > 1 ? rows.slice(0, -1) : rows;
  }, [path, text, cut]);
  const more = cut && <p class="hint">This is the beginning of the file; download it for the rest.</p>;
  if (/\.(md|markdown)$/i.test(path))
    return <Markdown text={text} pictures={(name) => pictureBeside(runId, path, name)} />;
  if (csv !== undefined) {
    const [columns = [], ...rows] = csv;
    return (
      <>
        <TableView columns={columns} rows={rows} label={path} total={cut ? Number.POSITIVE_INFINITY : rows.length} />
        {more}
      </>
    );
  }
  if (isChartSpec(json)) return <VegaChart spec={json} label={path} />;
  if (isTable(json)) return <TableView columns={json.columns} rows={json.data} label={path} />;
  if (/\.ipynb$/i.test(path) && isRecord(json)) return <NotebookView notebook={json} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre class="preview-text" tabIndex={0}>
        {json === undefined || text.includes("\n  ") ? text : JSON.stringify(json, null, 2)}
      </pre>
      {more}
    </>
  );
}

/** A picture among the run's files that a file names as seen from its own folder. */
function pictureBeside(runId: string, path: string, name: string): string | undefined {
  if (/^(?:[a-z][a-z\d+.-]*:|\/|#|\?)/i.test(name)) return undefined;
  const base = `http://run/${path.split("/").map(encodeURIComponent).join("/")}`;
  const { pathname } = new URL(name, base);
  let file: string;
  try {
    file = decodeURIComponent(pathname.slice(1));
  } catch {
    return undefined;
  }
  return media.image.test(file) ? artifactUrl(runId, file) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As MLflow's `log_table` writes it. */
function isTable(value: unknown): value is { columns: string[]; data: unknown[][] } {
  if (!isRecord(value)) return false;
  const { columns, data } = value;
  return (
    Array.isArray(columns) &&
    columns.every((one) => typeof one === "string") &&
    Array.isArray(data) &&
    data.every(Array.isArray)
  );
}
