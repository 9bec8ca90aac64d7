import { extname } from "node:path";
import { isNotFound } from "../errors.js";
import { own } from "../own.js";
import type { QuerySource } from "../queries/run-search.js";
import { type CardSection, codeHtml } from "../render/card.js";
import { isChartSpec } from "../render/chart-spec.js";
import { escapeHtml } from "../render/escape-html.js";
import { clip, formatBytes, plural } from "../render/format-value.js";
import { recordTable } from "../render/record-table.js";
import { stillPicture } from "../render/static/chart-bundle.js";
import { consoleWidth, tableHtml, tableText } from "../render/table.js";
import type { FileInfo } from "../tracking/types.js";
import { visibleText } from "../visible.js";

/** Most files that are looked into, and most bytes of one; of a picture less, since all of it is kept in the notebook. */
const maxPreviews = 8;
const maxBytes = 2_000_000;
const maxPicture = 200_000;

/** Of a table, and of a text. */
const shownRows = 10;
const shownLines = 15;
const lineLength = 160;

/**
 * What is in the files of a run, as parts of its card: tables, figures drawn again, pictures, and the first lines of texts. Files
 * of a model and those that a cell's own record is made of are passed over.
 */
export async function artifactPreviews(
  { client }: Pick<QuerySource, "client">,
  runId: string,
  files: readonly FileInfo[],
): Promise<CardSection[]> {
  const models = files
    .filter(({ path }) => /(?:^|\/)MLmodel$/.test(path))
    .map(({ path }) => path.slice(0, -"MLmodel".length));
  const kindOf = ({ path }: FileInfo) => own(kinds, extname(path).toLowerCase());
  const shown = files
    .filter((file) => kindOf(file) !== undefined && !/^runlab\//.test(file.path))
    .filter(({ path }) => !models.some((folder) => path.startsWith(folder)))
    .filter(({ fileSize = 0 }) => fileSize <= maxBytes)
    .slice(0, maxPreviews);
  const parts = await Promise.all(
    shown.map(async (file): Promise<CardSection[]> => {
      try {
        const preview = await kindOf(file)?.(await client.readArtifact(runId, file.path), file);
        return preview === undefined ? [] : [{ heading: file.path, open: preview.open, ...parted(file, preview) }];
      } catch (error) {
        // Removed since it was listed.
        if (isNotFound(error)) return [];
        throw error;
      }
    }),
  );
  return parts.flat();
}

interface Preview {
  html: string;
  text: string;
  /** Worth being seen at once. */
  open: boolean;
}

type Previewer = (bytes: Uint8Array, file: FileInfo) => Preview | undefined | Promise<Preview | undefined>;

function parted({ path }: FileInfo, { html, text }: Preview): Pick<CardSection, "html" | "text"> {
  return { html, text: text === "" ? "" : `${visibleText(path)}\n${text}` };
}

const picture =
  (type: string): Previewer =>
  (bytes, { path }) => {
    if (bytes.length > maxPicture) return undefined;
    return pictureOf(`data:${type};base64,${Buffer.from(bytes).toString("base64")}`, path);
  };

function pictureOf(source: string, path: string, text = ""): Preview {
  const html = `<img src="${source}" alt="${escapeHtml(path)}" style="max-width:100%;height:auto;background:white">`;
  return { html, text, open: true };
}

const lines: Previewer = (bytes) => {
  const all = new TextDecoder().decode(bytes).replace(/\n$/, "").split("\n");
  const rest = all.length - shownLines;
  const shown = all.slice(0, shownLines).map((line) => clip(line, lineLength));
  const text = [...shown, ...(rest > 0 ? [`… ${plural(rest, "more line")}`] : [])].join("\n");
  return { html: codeHtml(text), text: visibleText(text), open: false };
};

/** A logged table, a Vega-Lite spec, or any other JSON. */
const json: Previewer = async (bytes, file) => {
  const value = parsed(bytes);
  if (isTable(value)) {
    const table = recordTable(value, shownRows);
    return { html: tableHtml(table, { caption: false }), text: tableText(table, consoleWidth), open: true };
  }
  if (isChartSpec(value)) {
    try {
      const svg = await stillPicture(value);
      if (svg.length <= maxPicture)
        return pictureOf(svgSource(svg), file.path, `(a chart of ${formatBytes(bytes.length)})`);
    } catch {
      // A spec that draws nothing here is shown as what it is.
    }
  }
  return lines(bytes, file);
};

const svg: Previewer = (bytes, { path }) => {
  return bytes.length > maxPicture ? undefined : pictureOf(svgSource(new TextDecoder().decode(bytes)), path);
};

function svgSource(text: string): string {
  return `data:image/svg+xml,${encodeURIComponent(text).replaceAll("'", "%27")}`;
}

const kinds: Readonly<Record<string, Previewer>> = {
  ".json": json,
  ".svg": svg,
  ".png": picture("image/png"),
  ".jpg": picture("image/jpeg"),
  ".jpeg": picture("image/jpeg"),
  ".gif": picture("image/gif"),
  ".webp": picture("image/webp"),
  ...Object.fromEntries(
    [".txt", ".md", ".csv", ".tsv", ".log", ".ts", ".js", ".mjs", ".py", ".yaml", ".yml", ".toml", ".html"].map(
      (ending) => [ending, lines],
    ),
  ),
};

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** MLflow's form of a logged table: pandas' "split". */
function isTable(value: unknown): value is { columns: string[]; data: unknown[][] } {
  if (typeof value !== "object" || value === null) return false;
  const { columns, data } = value as { columns?: unknown; data?: unknown };
  return (
    Array.isArray(columns) &&
    columns.every((column) => typeof column === "string") &&
    Array.isArray(data) &&
    data.every(Array.isArray)
  );
}
