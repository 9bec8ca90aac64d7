import { basename, extname } from "node:path";
import { TrackingError } from "../errors.js";
import { csv } from "./csv.js";
import type { ExportFormat } from "./export-format.js";
import { html } from "./html.js";
import { json } from "./json.js";
import { mlruns } from "./mlruns.js";
import { parquet } from "./parquet.js";
import { tensorboard } from "./tensorboard/tensorboard.js";
import { zip } from "./zip.js";

/** The first is the default. */
const exportFormats: readonly ExportFormat[] = [json, csv, parquet, html, zip, mlruns, tensorboard];

export type Written = ExportFormat & Required<Pick<ExportFormat, "write"> | Pick<ExportFormat, "writeFolder">>;
export type Read = ExportFormat & Required<Pick<ExportFormat, "read">>;

export const writtenFormats: readonly Written[] = exportFormats.filter(
  (one): one is Written => "write" in one || "writeFolder" in one,
);
export const readFormats: readonly Read[] = exportFormats.filter((one): one is Read => "read" in one);

/** The words that `format` of an export takes, and of an import. */
export const writtenNames: readonly string[] = writtenFormats.map(({ name }) => name);
export const readNames: readonly string[] = readFormats.map(({ name }) => name);

/** "JSON, CSV or HTML", for help. */
export const writtenText = anyOf(writtenNames);

/** "json: everything but artifacts; csv: …", for help. */
export function formatDocs(formats: readonly ExportFormat[]): string {
  return formats.map(({ name, doc }) => `${name}: ${doc}`).join("; ");
}

/** The formats as a table in Markdown. */
export function formatsTable(): string {
  const rows = exportFormats.map(({ name, doc, extensions, write, writeFolder, read }: ExportFormat) => {
    const ways = [(write ?? writeFolder) && "out", read && "in"].filter((way) => way !== undefined).join(", ");
    return `| ${name} | ${ways} | ${doc} | ${extensions.map((one) => `\`${one}\``).join(", ")} |`;
  });
  return ["| format | way | what it holds | files |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

/**
 * The format to write a file in: by its name, else by the file's extension.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when neither says one
 */
export function writtenFormatOf(path: string, name?: string): Written {
  const format = chosen(writtenFormats, path, name, false);
  if (format) return format;
  throw unsupported(path, name, writtenFormats, "it can only be imported");
}

/**
 * The format to read a file or folder in: by its name, else by its extension, else by what formats recognize.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when nothing says one
 */
export function readFormatOf(path: string, isFolder: boolean, name?: string): Read {
  const format = chosen(readFormats, path, name, isFolder);
  if (format) return format;
  throw unsupported(path, name, readFormats, "it can only be exported");
}

function chosen<Format extends ExportFormat>(
  formats: readonly Format[],
  path: string,
  name: string | undefined,
  isFolder: boolean,
): Format | undefined {
  if (name !== undefined) return formats.find((known) => known.name === name.toLowerCase());
  const extension = extname(path).toLowerCase();
  return (
    formats.find((known) => !isFolder && known.extensions.includes(extension)) ??
    formats.find((known) => known.recognizes?.(path, isFolder))
  );
}

function unsupported(
  path: string,
  name: string | undefined,
  formats: readonly ExportFormat[],
  otherwise: string,
): TrackingError {
  const extension = extname(path).toLowerCase();
  const other = exportFormats.find((known) =>
    name === undefined ? known.extensions.includes(extension) : known.name === name.toLowerCase(),
  );
  const fact =
    name !== undefined
      ? `The format '${name}'`
      : extension === ""
        ? `The name '${basename(path)}' without an extension`
        : `The extension '${extension}' of '${path}'`;
  const why = other === undefined ? "is not supported." : `cannot be used here: ${otherwise}.`;
  const extensions = anyOf(formats.flatMap((one) => one.extensions));
  return new TrackingError("INVALID_PARAMETER_VALUE", `${fact} ${why}`, {
    hint: `Use a path that ends in ${extensions}, or set the option format to ${anyOf(formats.map((one) => one.name))}.`,
  });
}

function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
