import { isTypedArray } from "../data/typed-array.js";
import type { Fault } from "./check-value.js";

/** One thing that is wrong with the data. */
export interface Problem {
  kind: Fault["kind"];
  /** 0-based; undefined when it concerns the whole column. */
  row: number | undefined;
  /** With the way into a nested value, e.g. "o.x[3]"; undefined for data without names. */
  column: string | undefined;
  message: string;
}

/** Counts all problems, keeps the first `most`. */
export class Problems {
  readonly listed: Problem[] = [];
  total = 0;

  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param row - 0-based; undefined when it concerns the whole column, as `column` is for data without names */
  add(row: number | undefined, column: string | undefined, fault: Fault): void {
    this.total++;
    if (this.listed.length >= this.#most) return;
    const name = column === undefined ? undefined : column + fault.at;
    const where = [row === undefined ? "" : `row ${row}`, name === undefined ? "" : `column '${name}'`];
    const place = where.filter((part) => part !== "").join(", ") || "the data";
    const message = ["type", "cast"].includes(fault.kind)
      ? `${place}: ${shown(fault.value)} ${fault.text}`
      : `${place} ${fault.text}`;
    this.listed.push({ kind: fault.kind, row, column: name, message });
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}`;
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return "a Date";
  if (Array.isArray(value) || isTypedArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}
