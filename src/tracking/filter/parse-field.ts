import { attributeNames, type Field, type FieldTable } from "./fields.js";
import type { TokenReader } from "./token-reader.js";
import type { Token } from "./tokens.js";

/**
 * Reads a field: an attribute, `<entity>.<key>` with the key bare or quoted, or `metrics.<key>.<aggregate>`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the fields there are
 */
export function parseField<Row>(reader: TokenReader, table: FieldTable<Row>): Field<Row> {
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
  if (known === undefined) throw reader.wrong(token, `'${token.text.slice(0, dot)}' is none of ${names}`);
  const key = token.text.slice(dot + 1);
  if (key !== "") return fieldOf(reader, table, known.field(key, false), token, key);
  const quoted = reader.peek();
  if (quoted.kind !== "key" && quoted.quote !== '"') throw reader.expected(`a key after '${token.text}'`);
  reader.skip();
  if (!reader.take(".")) return fieldOf(reader, table, known.field(quoted.text, true), quoted, quoted.text);
  const word = reader.peek();
  const aggregate = word.kind === "name" ? table.aggregate?.(entity, quoted.text, word.text) : undefined;
  if (aggregate === undefined) throw reader.expected("min, max, last or best");
  reader.skip();
  return aggregate;
}

/** A bare key; MLflow also takes `run name`, with its blank. */
function attribute<Row>(reader: TokenReader, table: FieldTable<Row>, token: Token): Field<Row> {
  const joint = `${token.text} ${reader.peek().text}`;
  if (token.kind === "name" && reader.peek().kind === "name" && table.attributes.has(joint)) {
    reader.skip();
    return fieldOf(reader, table, table.attributes.get(joint), token, joint);
  }
  return fieldOf(reader, table, table.attributes.get(token.text), token, token.text);
}

function fieldOf<Row>(
  reader: TokenReader,
  table: FieldTable<Row>,
  field: Field<Row> | undefined,
  token: Token,
  key: string,
): Field<Row> {
  if (field !== undefined) return field;
  const names = attributeNames(table.attributes).join(", ");
  throw reader.wrong(token, `a ${table.row} has no attribute '${key}'; it has ${names}`);
}
