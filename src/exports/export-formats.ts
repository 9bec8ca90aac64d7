import { extname } from "node:path";
import { TrackingError } from "../errors.js";
import { csv } from "./csv.js";
import type { ExportFormat } from "./export-format.js";
import { json } from "./json.js";

/** The first is the default. */
export const exportFormats: readonly ExportFormat[] = [json, csv];

/** The words that `format` takes. */
export const formatNames: readonly string[] = exportFormats.map(({ name }) => name);

/**
 * The format by its name, else by the file's extension.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when neither says one
 */
export function formatOf(path: string, name?: string): ExportFormat {
  const extension = extname(path).toLowerCase();
  const format = exportFormats.find((known) =>
    name === undefined ? known.extensions.includes(extension) : known.name === name.toLowerCase(),
  );
  if (format) return format;
  const known = exportFormats.map((one) => one.name).join(" or ");
  const fact = name === undefined ? `The extension '${extension}' of '${path}'` : `The format '${name}'`;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `${fact} is not supported.`, {
    hint: `Use a path that ends in ${exportFormats.flatMap((one) => one.extensions).join(" or ")}, or set the option format to ${known}.`,
  });
}
