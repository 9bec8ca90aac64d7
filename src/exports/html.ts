import { reportOf } from "../reports/report.js";
import { reportHtml } from "../reports/report-html.js";
import type { ExportFormat } from "./export-format.js";

/** The report of the runs, as `%report` writes it: for people, and not read back. */
export const html = {
  name: "html",
  doc: "a report with tables, charts, cards and code, in one file that needs no network",
  extensions: [".html", ".htm"],
  async *write({ query, experiment, runs, advance }) {
    yield* reportHtml(await reportOf(query, experiment, { runs, advance }));
  },
} satisfies ExportFormat;
