/** What a server answered: its status, and its JSON where it is JSON. */
export interface Answer {
  status: number;
  json: unknown;
}

type Names = ReadonlyMap<string, string>;

/** When the servers did it, and what they call what nobody has named. */
const ofServer = new Set([
  "creation_time",
  "last_update_time",
  "creation_timestamp",
  "last_updated_timestamp",
  "creation_timestamp_ms",
  "last_updated_timestamp_ms",
  "next_page_token",
]);

/**
 * An answer as it compares with that of another server: ids by their names, times and tokens of the server left out, lists of what has a
 * key in the order of the keys, and of an error its code alone.
 */
export function comparable({ status, json }: Answer, names: Names): unknown {
  if (status >= 400) return { status, error_code: codeOf(json) };
  return { status, json: plain(json, names) };
}

export function codeOf(json: unknown): unknown {
  return typeof json === "object" && json !== null && "error_code" in json ? json.error_code : undefined;
}

function plain(value: unknown, names: Names): unknown {
  if (typeof value === "string") return named(value, names);
  if (Array.isArray(value)) return inOrder(value.map((item) => plain(item, names)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, ofServer.has(key) ? `<${key}>` : plain(item, names)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function named(text: string, names: Names): string {
  // A run that got no name has one that its server made up.
  if (/^[a-z]+-[a-z]+-\d+$/.test(text)) return "<made up>";
  let result = text;
  for (const [id, name] of names) {
    if (id.length > 8) result = result.replaceAll(id, `<${name}>`);
    else if (result === id) result = `<${name}>`;
  }
  return result;
}

/** What has a key in the order of the keys; a history, whose key is one, stays as it is. */
function inOrder(list: unknown[]): unknown[] {
  const keyOf = (item: unknown) => (typeof item === "object" && item !== null && "key" in item ? item.key : undefined);
  if (!list.every((item) => typeof keyOf(item) === "string")) return list;
  return list.sort((a, b) => String(keyOf(a)).localeCompare(String(keyOf(b))));
}
