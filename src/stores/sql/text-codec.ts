import { setOwn } from "../../own.js";

/**
 * Texts as every database takes them. PostgreSQL refuses the character 0, SQLite's driver cuts a text at it, and no database keeps half of
 * a surrogate pair: such a unit is written as {@link mark} and four hex digits, and so is the mark itself. It is the character that follows 0, so
 * texts are in the same order as before.
 */
const mark = "\x01";
const special = new RegExp(`[\0${mark}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`, "g");
const written = new RegExp(`${mark}([0-9a-f]{4})`, "g");

export function toDatabaseText(text: string): string {
  return text.replace(special, (unit) => mark + unit.charCodeAt(0).toString(16).padStart(4, "0"));
}

function fromDatabaseText(text: string): string {
  if (!text.includes(mark)) return text;
  return text.replace(written, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Rows as a driver gives them, changed in place. */
export function readTexts(rows: readonly Record<string, unknown>[]): void {
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (typeof value === "string" && value.includes(mark)) setOwn(row, column, fromDatabaseText(value));
    }
  }
}
