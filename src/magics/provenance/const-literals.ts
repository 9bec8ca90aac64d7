/** Text of one `name = literal` of a const declaration; the literal is a number, a string, a template without `${`, or a boolean. */
const declarator =
  /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\s*:[^=,;]+|\s*)=\s*(-?(?:0[xob][\da-f_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?)n?|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.|\$(?!\{))*`|true|false)\s*(,|;|\/\/|\/\*|$|(?:as|satisfies)\b)/iu;

/** A longer line holds data, no setting: a param has at most 6,000 characters. */
const longestLine = 10_000;

/**
 * Names of a cell's top-level consts that are literals (`const alpha = 0.5, l1 = 0.3`): its settings, for `%%run capture`.
 * Reads lines that begin with `const` or `export const` at their very start; whatever is not plainly a literal is left out.
 */
export function constLiterals(source: string): string[] {
  const names: string[] = [];
  for (const line of source.split(/\r?\n/)) {
    const head = /^(?:export\s+)?const\s+/.exec(line);
    if (head === null || line.length > longestLine) continue;
    let rest = line.slice(head[0].length);
    for (let match = declarator.exec(rest); match !== null; match = declarator.exec(rest)) {
      if (match[1] !== undefined) names.push(match[1]);
      if (match[3] !== ",") break;
      rest = rest.slice(match[0].length);
    }
  }
  return names;
}

/**
 * Values to log for those names, as they are after the cell has run.
 * A name without a value (the cell threw above it) or with a value other than text, a number or a boolean is left out.
 */
export function literalValues(source: string, values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const entries = constLiterals(source).map((name): [string, unknown] => [name, values.get(name)]);
  return Object.fromEntries(
    entries.filter(([, value]) => ["string", "number", "boolean", "bigint"].includes(typeof value)),
  );
}
