import type { RunSet } from "./run-set.js";

/** What may stand at a place in a filter, and which part of the text it would replace. */
export interface Completion {
  from: number;
  to: number;
  options: string[];
}

const facts = ["status", "run_name", "start_time", "end_time", "duration", "user_id", "run_id"].map(
  (key) => `attributes.${key}`,
);
const numberOperators = ["<", "<=", ">", ">=", "=", "!="];
const textOperators = ["=", "!=", "LIKE", "ILIKE", "IN", "IS NULL", "IS NOT NULL"];
const statuses = ["FINISHED", "FAILED", "RUNNING", "KILLED", "SCHEDULED"].map((word) => `'${word}'`);
const most = 12;

/** The words of a filter, the last one perhaps half written; a key in back-quotes belongs to its field: metrics.`val loss`. */
const words = /'[^']*'?|[=<>!]+|[(),]|(?:[^\s()=<>!,'`]|`[^`]*`?)+/g;

/**
 * What can follow in a filter at the cursor: a field, an operator, a value that runs have, or AND and OR.
 * @param set - the runs whose names and values are offered
 */
export function completeFilter(text: string, cursor: number, set: RunSet | undefined): Completion {
  const found = [...text.slice(0, cursor).matchAll(words)].map((match) => ({ word: match[0], from: match.index }));
  const last = found.at(-1);
  const isTyped = last !== undefined && last.from + last.word.length === cursor && !/^[=<>!(),]/.test(last.word);
  const from = isTyped ? last.from : cursor;
  const head = (isTyped ? found.slice(0, -1) : found).map(({ word }) => word);
  const typed = text.slice(from, cursor).toLowerCase();
  const fitting = expected(head, set).filter((option) => {
    const offered = option.toLowerCase();
    return offered.includes(typed) && offered !== typed;
  });
  const rank = (option: string) => (option.toLowerCase().startsWith(typed) ? 0 : 1);
  return { from, to: cursor, options: fitting.sort((a, b) => rank(a) - rank(b)).slice(0, most) };
}

/** @param head - the words before the one that is being written */
function expected(head: readonly string[], set: RunSet | undefined): string[] {
  const end = head.at(-1) ?? "";
  const isList = end === "(" && head.at(-2)?.toUpperCase() === "IN";
  if (/^(AND|OR|NOT|\(|)$/i.test(end) && !isList) return fieldsOf(set);
  if (isList || /^([=<>!]+|I?LIKE|IN)$/i.test(end)) return valuesOf(head.at(isList ? -3 : -2) ?? "", set);
  if (/^(metrics\.|attributes\.(?:\w+_time|duration)$)/i.test(end)) return numberOperators;
  if (/^(params|tags|attributes)\./i.test(end)) return textOperators;
  return ["AND", "OR"];
}

function fieldsOf(set: RunSet | undefined): string[] {
  if (set === undefined) return facts;
  const named = (entity: string, keys: readonly string[]) => keys.map((key) => `${entity}.${fieldKey(key)}`);
  return [...named("metrics", set.metrics), ...named("params", set.params), ...named("tags", set.tags), ...facts];
}

/** A key as a filter has it: in back-quotes unless it is a plain word. */
function fieldKey(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : `\`${key.replace(/[`\\]/g, "$&$&")}\``;
}

function valuesOf(field: string, set: RunSet | undefined): string[] {
  if (/^(attributes\.)?status$/i.test(field)) return statuses;
  const [, entity = "", quoted, plain] = /^(params|tags)\.(?:`([^`]*)`|(\S+))$/i.exec(field) ?? [];
  const kind = entity.toLowerCase() === "params" ? "params" : entity.toLowerCase() === "tags" ? "tags" : undefined;
  if (set === undefined || kind === undefined) return [];
  const at = set[kind].indexOf(quoted ?? plain ?? "");
  const values = new Set<string>();
  for (const run of set.runs) {
    const value = run[kind][at];
    if (value !== null && value !== undefined && value.length <= 60) values.add(value);
    if (values.size >= 200) break;
  }
  return [...values].sort().map(quotedText);
}

/** A text as a filter has it, whatever is in it. */
export function quotedText(text: string): string {
  return `'${text.replace(/['\\]/g, "$&$&")}'`;
}
