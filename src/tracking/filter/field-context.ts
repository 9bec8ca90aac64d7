import type { Entity, FieldTable } from "./fields.js";
import { type Token, tokenize } from "./tokens.js";

/** The field that is being written at the end of an unfinished filter. */
export interface FieldContext {
  /** Where it begins, in UTF-16 units. */
  start: number;
  /** As it is written so far, without quotes: `metrics.rm`. */
  typed: string;
  /** The entity as it is written (`metrics`), and which keys it has; absent as long as there is no dot. */
  entity?: { name: string; keys: Entity["keys"] };
}

/** What may be written where a field begins: entities with their dot, and attributes. */
export function fieldStarts(table: FieldTable): string[] {
  const entities = [...table.entities.keys()].filter((name) => name.endsWith("s")).map((name) => `${name}.`);
  return [...entities, ...table.attributes.keys()];
}

/**
 * Where a field is being written at the end of `text`.
 * @param text - a filter, or an order, up to the cursor
 * @returns undefined where a value, an operator or a word of the grammar is expected
 */
export function fieldContext(text: string, table: FieldTable): FieldContext | undefined {
  const { tokens, open } = unfinished(text);
  const last = tokens.at(-1);
  const entity = tokens.at(-2);
  if (last && entity?.kind === "name" && entity.text.endsWith(".") && endOf(entity) === last.start) {
    // A key whose quote is closed is finished.
    return open ? placed(tokens.slice(0, -2), entity.start, entity.text + last.text, table) : undefined;
  }
  if (last?.kind === "name" && endOf(last) === text.length) {
    return placed(tokens.slice(0, -1), last.start, last.text, table);
  }
  return placed(tokens, text.length, "", table);
}

/** The tokens of a text, the last of which may be a quote that is still open. None for a text that has no meaning. */
function unfinished(text: string): { tokens: Token[]; open: boolean } {
  for (const close of ["", "`", '"', "'"]) {
    try {
      return { tokens: tokenize(text + close).slice(0, -1), open: close !== "" };
    } catch {
      // Perhaps another quote is open.
    }
  }
  return { tokens: [{ kind: "operator", text, start: 0 }], open: false };
}

function endOf({ start, text }: Token): number {
  return start + text.length;
}

function placed(before: readonly Token[], start: number, typed: string, table: FieldTable): FieldContext | undefined {
  if (!opensField(before)) return undefined;
  const name = /^([^.]*)\./.exec(typed)?.[1];
  if (name === undefined) return { start, typed };
  const entity = table.entities.get(name.toLowerCase());
  return entity && { start, typed, entity: { name, keys: entity.keys } };
}

/** Whether a field follows: at the start, behind AND, OR, NOT, and behind a parenthesis that does not open a list. */
function opensField(before: readonly Token[]): boolean {
  const last = before.at(-1);
  if (last === undefined) return true;
  if (last.kind === "(") return opensField(before.slice(0, -1));
  if (last.kind !== "name") return false;
  const word = last.text.toUpperCase();
  return word === "AND" || word === "OR" || (word === "NOT" && opensField(before.slice(0, -1)));
}
