import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

/**
 * Reads a table of numbers with a header row.
 * @param source - a path, relative to the working directory (the notebook's folder in JupyterLab), or an http(s) URL
 * @param separator - default `;`, as the wine data has it; no quoting beyond quotes around a whole field
 * @returns one record per line, keyed by the header
 * @throws {Error} that says what could not be read and what to do about it
 */
export async function readNumbers(source: string, separator = ";"): Promise<Record<string, number>[]> {
  const text = await readSource(source);
  const [header = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = fields(header, separator);
  if (names.length < 2) {
    throw new Error(`${source} has no columns separated by '${separator}'; its first line is: ${header.slice(0, 80)}`);
  }
  return lines.map((line, index) => {
    const values = fields(line, separator).map(Number);
    if (values.length !== names.length || values.some(Number.isNaN)) {
      throw new Error(`${source}, line ${index + 2}: expected ${names.length} numbers, got: ${line.slice(0, 80)}`);
    }
    return Object.fromEntries(names.map((name, i) => [name, values[i] as number]));
  });
}

async function readSource(source: string): Promise<string> {
  try {
    if (!/^https?:/.test(source)) return await readFile(source, "utf8");
    const answer = await fetch(source);
    if (!answer.ok) throw new Error(`the server answered ${answer.status} ${answer.statusText}`);
    return await answer.text();
  } catch (cause) {
    const where = /^https?:/.test(source) ? source : resolve(source);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot read the wine data from ${where}: ${reason}\n` +
        "Download winequality-red.csv from the UCI Machine Learning Repository, and put it beside this notebook " +
        "or set WINE_CSV to its path or URL before Jupyter starts.",
      { cause },
    );
  }
}

function fields(line: string, separator: string): string[] {
  return line.split(separator).map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}
