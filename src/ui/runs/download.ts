import { setOwn } from "../../own.js";
import type { RunJson } from "../../server/page/page-json.js";
import type { Column } from "./columns.js";

/** The runs as a table: id, name and the columns shown, with every digit. */
export function csvOf(runs: readonly RunJson[], columns: readonly Column[]): string {
  const lines = [
    ["run_id", "run_name", ...columns.map(({ id }) => id)],
    ...runs.map((run) => [run.id, run.name, ...columns.map(({ value }) => String(value(run) ?? ""))]),
  ];
  return `${lines.map((line) => line.map(csvField).join(",")).join("\r\n")}\r\n`;
}

/** @see RFC 4180 */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The runs as a list of objects, by the columns' names. */
export function jsonOf(runs: readonly RunJson[], columns: readonly Column[]): string {
  const rows = runs.map((run) => {
    const row: Record<string, unknown> = { run_id: run.id, run_name: run.name };
    for (const { id, value } of columns) {
      const one = value(run);
      // JSON has no NaN; its name says more than null.
      setOwn(row, id, typeof one === "number" && !Number.isFinite(one) ? String(one) : one);
    }
    return row;
  });
  return `${JSON.stringify(rows, null, 2)}\n`;
}

/** Lets the browser save a text as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replace(/[^\w.-]+/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
