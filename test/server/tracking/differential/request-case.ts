/** One request of the differential test, sent to MLflow's server and to ours. `<name>` in it stands for what an earlier answer gave. */
export interface RequestCase {
  title: string;
  method: string;
  /** Below `/api/2.0/mlflow/` unless it begins with a slash; with its query. */
  path: string;
  /** JSON, or a text that is sent as it is. */
  body: unknown;
  /** Default: application/json. */
  type: string | undefined;
  /** What later requests may name, by where it stands in the answer: `run.info.run_id`. */
  save: Readonly<Record<string, string>>;
}

type More = Partial<Pick<RequestCase, "type" | "save">>;

export function post(title: string, path: string, body: unknown, more: More = {}): RequestCase {
  return request("POST", title, path, body, more);
}

export function patch(title: string, path: string, body: unknown, more: More = {}): RequestCase {
  return request("PATCH", title, path, body, more);
}

export function remove(title: string, path: string, body?: unknown, more: More = {}): RequestCase {
  return request("DELETE", title, path, body, more);
}

export function get(title: string, path: string, query: Query = {}, more: More = {}): RequestCase {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [key, String(one)]),
  );
  // What stands for an earlier answer keeps its brackets, which are replaced before it is sent.
  const text = new URLSearchParams(pairs).toString().replace(/%3C(\w+)%3E/g, "<$1>");
  return request("GET", title, text === "" ? path : `${path}?${text}`, undefined, more);
}

export type Query = Readonly<Record<string, string | number | readonly (string | number)[]>>;

export function request(method: string, title: string, path: string, body: unknown, more: More = {}): RequestCase {
  return { title: `${path.replace(/\?.*/, "")}: ${title}`, method, path, body, type: more.type, save: more.save ?? {} };
}

export const long = (length: number): string => "x".repeat(length);
