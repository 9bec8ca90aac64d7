import { attributeField, type FieldTable, fieldOf } from "./fields.js";
import { aggregates, type Field } from "./filter-tree.js";
import type { TokenReader } from "./token-reader.js";
import type { Token } from "./tokens.js";

/**
 * Reads a field: an attribute, `<entity>.<key>` with the key bare or quoted, or `metrics.<key>.<aggregate>`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the fields there are
 */
export function parseField(reader: TokenReader, table: FieldTable): Field {
  const token = reader.peek();
  const names = [...table.entities.keys()].filter((name) => name.endsWith("s")).join(", ");
  if (token.kind !== "name" && token.kind !== "key" && token.quote !== '"') {
    throw reader.expected(`a field: an attribute, or <${names}>.<key>`);
  }
  reader.skip();
  const dot = token.kind === "name" ? token.text.indexOf(".") : -1;
  if (dot < 0) return attribute(reader, table, token);
  const entity = token.text.slice(0, dot).toLowerCase();
  const known = table.entities.get(entity);
  if (known === undefined) throw reader.wrong(token, `'${token.text.slice(0, dot)}' is not one of ${names}`);
  const key = token.text.slice(dot + 1);
  if (key !== "") return checkField(reader, table, fieldOf(table, known, key, false), token, key);
  const quoted = reader.peek();
  if (quoted.kind !== "key" && quoted.quote !== '"') throw reader.expected(`a key after '${token.text}'`);
  reader.skip();
  if (!reader.take("."))
    return checkField(reader, table, fieldOf(table, known, quoted.text, true), quoted, quoted.text);
  const word = reader.peek();
  const aggregate =
    word.kind === "name" && known.kind === "metric"
      ? aggregates.find((name) => name === word.text.toLowerCase())
      : undefined;
  if (aggregate === undefined) throw reader.expected("min, max, last or best");
  reader.skip();
  return { entity: "metric", key: quoted.text, aggregate };
}

/** A bare key; MLflow also takes `run name`, with its space. */
function attribute(reader: TokenReader, table: FieldTable, token: Token): Field {
  const joint = `${token.text} ${reader.peek().text}`;
  if (token.kind === "name" && reader.peek().kind === "name" && table.aliases.has(joint)) {
    reader.skip();
    return checkField(reader, table, attributeField(table, joint), token, joint);
  }
  return checkField(reader, table, attributeField(table, token.text), token, token.text);
}

function checkField(
  reader: TokenReader,
  table: FieldTable,
  field: Field | undefined,
  token: Token,
  key: string,
): Field {
  if (field !== undefined) return field;
  const names = [...table.attributes.keys()].join(", ");
  throw reader.wrong(token, `a ${table.row} has no attribute '${key}'; it has ${names}`);
}
