import { plural } from "../../render/format-value.js";
import { sortableTableHtml } from "../../render/table.js";
import { ValueOutline } from "../../value-outline.js";
import { plainText } from "./plain-text.js";
import { cellValue, columnType, rowsShown } from "./records.js";
import type { ValueKind } from "./value-kind.js";

/** A Map: its entries as a table, beside Node's own text. */
export const mapTable: ValueKind = {
  name: "map",
  bundle(value) {
    if (!(value instanceof Map) || value.size === 0) return undefined;
    const outline = new ValueOutline();
    const entries = firstEntries(value).map((entry) => entry.map((each) => cellValue(each, outline)));
    const html = sortableTableHtml({
      caption: `Map of ${plural(value.size, "entry").replace(/entrys$/, "entries")}`,
      columns: [
        { label: "key", rowHeader: true },
        { label: "value", type: columnType(entries.map((entry) => entry[1])) },
      ],
      rows: entries,
      total: value.size,
    });
    return { data: { "text/html": html, "text/plain": plainText(value) } };
  },
};

function firstEntries(map: Map<unknown, unknown>): Array<[unknown, unknown]> {
  const entries: Array<[unknown, unknown]> = [];
  for (const entry of map) {
    if (entries.length === rowsShown(2)) break;
    entries.push(entry);
  }
  return entries;
}
