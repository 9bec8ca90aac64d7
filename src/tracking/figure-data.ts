import { readFileSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { own } from "../own.js";
import { type Figure, type FigureLocation, into, invalidFigure, svgOfFigure } from "./figure.js";
import { isNamed } from "./value-type.js";

/** Vega's name of a format by a file's extension. */
const formats: Readonly<Record<string, string>> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".json": "json",
  ".geojson": "json",
  ".topojson": "topojson",
};

/** What a chart is drawn from stands in each notebook and file that shows it, bytes. */
const largest = 5_000_000;

type Part = Readonly<Record<string, unknown>>;

/**
 * The figure with the content of local data files (`data: { url: "cars.csv" }`) instead of their names: whoever looks at it later
 * has no such files. What is on the web is left as it is, for `checkFigure` to refuse.
 * @param path - the file that the figure is for
 * @param folder - what relative paths are relative to
 * @returns the figure itself when it names no local file; nothing of it is changed
 * @throws {TrackingError} INVALID_PARAMETER_VALUE with the place inside the spec, for a file that is not there, is no data or is too large
 */
export function withLocalData(figure: Figure, path: string, folder = process.cwd()): Figure {
  if (!isNamed(figure) || svgOfFigure(figure) !== undefined) return figure;
  return view(figure as Part, { file: path, at: [] }, folder);
}

function view(spec: Part, location: FigureLocation, folder: string): Part {
  let changed: Part = spec;
  const replace = (key: string, change: (value: Part, at: FigureLocation) => Part) => {
    const value = own(changed, key);
    const at = into(location, key);
    const next = Array.isArray(value)
      ? listOf(value, (item, index) => (isPart(item) ? change(item, into(at, index)) : item))
      : isPart(value)
        ? change(value, at)
        : value;
    if (next !== value) changed = { ...changed, [key]: next };
  };
  replace("data", (data, at) => embedded(data, at, folder));
  replace("transform", (transform, at) => {
    const from = own(transform, "from");
    const data = isPart(from) ? own(from, "data") : undefined;
    if (!isPart(from) || !isPart(data)) return transform;
    const next = embedded(data, into(at, "from", "data"), folder);
    return next === data ? transform : { ...transform, from: { ...from, data: next } };
  });
  // A spec that holds itself is refused by the check of the figure.
  if (location.at.length > 50) return changed;
  for (const key of ["layer", "hconcat", "vconcat", "concat", "spec"])
    replace(key, (part, at) => view(part, at, folder));
  return changed;
}

function listOf(list: readonly unknown[], change: (item: unknown, index: number) => unknown): readonly unknown[] {
  const next = list.map(change);
  return next.every((item, index) => item === list[index]) ? list : next;
}

function embedded(data: Part, location: FigureLocation, folder: string): Part {
  const { url, ...rest } = data;
  const file = typeof url === "string" ? localPath(url, folder) : undefined;
  if (file === undefined) return data;
  const at = into(location, "url");
  const given = isPart(rest.format) ? rest.format : {};
  const type = given.type ?? own(formats, extname(file).toLowerCase());
  if (typeof type !== "string") {
    throw invalidFigure(
      at,
      "names a file of an unknown kind",
      String(url),
      `Known are ${Object.keys(formats).join(", ")}.`,
    );
  }
  const text = read(file, at, String(url));
  const values = type === "json" || type === "topojson" ? json(text, at, String(url)) : text;
  return { ...rest, values, ...((isPart(rest.format) || type !== "json") && { format: { ...given, type } }) };
}

/** Undefined for what is on the web or in the URL itself. */
function localPath(url: string, folder: string): string | undefined {
  if (url.startsWith("file://")) return fileURLToPath(url);
  if (/^[a-z][a-z\d+.-]+:/i.test(url) || url.startsWith("//")) return undefined;
  return resolve(folder, url);
}

function read(file: string, location: FigureLocation, url: string): string {
  const info = statSync(file, { throwIfNoEntry: false });
  if (info === undefined || !info.isFile()) {
    throw invalidFigure(location, "names a file that does not exist", url, `It would be ${file}.`);
  }
  if (info.size > largest) {
    throw invalidFigure(
      location,
      `names a file of ${info.size.toLocaleString("en-US")} bytes, too many for a chart`,
      url,
      "Count or sample its rows first, and put them in the spec as data: { values: rows }.",
    );
  }
  return readFileSync(file, "utf8");
}

function json(text: string, location: FigureLocation, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidFigure(location, "names a file that is not valid JSON", url);
  }
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
