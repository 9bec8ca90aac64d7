import { mkdir } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { TrackingError } from "../errors.js";
import { experimentMeant } from "../queries/find-experiment.js";
import type { QuerySource } from "../queries/run-search.js";
import { plural } from "../render/format-value.js";
import { datedName, writeWhole } from "../whole-file.js";
import { gatherReport, type ReportRequest } from "./report.js";
import { reportHtml } from "./report-html.js";
import { reportMarkdown } from "./report-markdown.js";

export interface WriteReportRequest extends ReportRequest {
  /** Ends in .html or .md. Default `./<experiment>-<YYYY-MM-DD>.html`. */
  to?: string;
  /** Overwrite existing files. */
  force?: boolean;
}

export interface WrittenReport {
  /** Absolute. */
  path: string;
  runs: number;
  /** Of the report itself. */
  bytes: number;
  /** Absolute paths of the pictures that a Markdown report shows. */
  pictures: string[];
}

/**
 * Writes a report of runs: one HTML file that needs nothing else, or Markdown with its pictures in a folder `<name>_files`.
 * @param cwd - the folder that `to` is relative to
 * @throws {TrackingError} RESOURCE_ALREADY_EXISTS when a file is there and `force` is not set; RESOURCE_DOES_NOT_EXIST when no
 * run matches; INVALID_PARAMETER_VALUE for another extension or a filter that cannot be read
 */
export async function writeReport(
  source: QuerySource,
  request: WriteReportRequest,
  cwd = process.cwd(),
): Promise<WrittenReport> {
  const to = request.to ?? datedName((await experimentMeant(source, request.experiment)).name, ".html");
  const path = resolve(cwd, to);
  const kind = kindOf(path);
  const report = await gatherReport(source, request);
  const options = { what: "The report", force: request.force === true };
  const runs = report.runs.length;
  if (kind === "html") {
    return { path, runs, bytes: await writeWhole(path, reportHtml(report), options), pictures: [] };
  }
  const folder = `${basename(path, extname(path))}_files`;
  const { text, pictures } = await reportMarkdown(report, folder);
  const bytes = await writeWhole(path, [text], options);
  const paths: string[] = [];
  if (pictures.length > 0) await mkdir(join(dirname(path), folder), { recursive: true });
  for (const { name, svg } of pictures) {
    const file = join(dirname(path), folder, name);
    await writeWhole(file, [svg], options);
    paths.push(file);
  }
  return { path, runs, bytes, pictures: paths };
}

/** What was written and where, for a person. */
export function reportText({ path, runs, bytes, pictures }: WrittenReport): string {
  const beside =
    pictures.length === 0 ? "" : `, with ${plural(pictures.length, "picture")} in ${dirname(pictures[0] ?? "")}`;
  return `Wrote a report of ${plural(runs, "run")}, ${plural(bytes, "byte")}, to ${path}${beside}`;
}

function kindOf(path: string): "html" | "markdown" {
  const extension = extname(path).toLowerCase();
  if ([".html", ".htm"].includes(extension)) return "html";
  if ([".md", ".markdown"].includes(extension)) return "markdown";
  throw new TrackingError("INVALID_PARAMETER_VALUE", `A report cannot be written as '${extension}' (${path}).`, {
    hint: "Use a path that ends in .html, or in .md for Markdown with pictures.",
  });
}
