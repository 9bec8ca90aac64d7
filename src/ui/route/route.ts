/** A place in the page. Addresses are MLflow's, so that links its clients print lead here: `#/experiments/0/runs/<id>`. */
export type Route =
  | { page: "home" }
  | { page: "experiments"; query: URLSearchParams }
  | { page: "runs"; experimentIds: string[]; query: URLSearchParams }
  | { page: "run"; experimentId: string; runId: string; query: URLSearchParams }
  | { page: "compare"; query: URLSearchParams }
  | { page: "models"; query: URLSearchParams }
  | { page: "model"; name: string; version?: string; query: URLSearchParams }
  | { page: "unknown"; hash: string };

/** @param hash - with or without its `#` */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1));
  const parts = path.split("/").filter((part) => part !== "");
  const [first, second, third, fourth] = parts.map(decoded);
  if (first === undefined) return { page: "home" };
  if (first === "experiments") {
    if (second === undefined) return { page: "experiments", query };
    if (third === "runs" && fourth) return { page: "run", experimentId: second, runId: fourth, query };
    return { page: "runs", experimentIds: second.split(",").filter((id) => id !== ""), query };
  }
  if (first === "compare") return { page: "compare", query };
  if (first === "compare-runs") return { page: "compare", query: mlflowComparison(query) };
  if (first === "models") {
    if (second === undefined) return { page: "models", query };
    return { page: "model", name: second, query, ...(third === "versions" && fourth ? { version: fourth } : {}) };
  }
  return { page: "unknown", hash };
}

/** Links to the page's places. */
export const hrefs = {
  experiments: () => "#/experiments",
  runs: (experimentIds: readonly string[], query?: URLSearchParams) =>
    withQuery(`#/experiments/${experimentIds.map(encodeURIComponent).join(",")}`, query),
  run: (experimentId: string, runId: string, query?: URLSearchParams) =>
    withQuery(`#/experiments/${encodeURIComponent(experimentId)}/runs/${encodeURIComponent(runId)}`, query),
  compare: (query: URLSearchParams) => withQuery("#/compare", query),
  models: (query?: URLSearchParams) => withQuery("#/models", query),
  model: (name: string, version?: string, query?: URLSearchParams) =>
    withQuery(
      `#/models/${encodeURIComponent(name)}${version === undefined ? "" : `/versions/${encodeURIComponent(version)}`}`,
      query,
    ),
};

/** MLflow's own address of a comparison: `#/compare-runs?runs=["…","…"]&experiments=["0"]`. */
function mlflowComparison(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams({ runs: (query.get("runs") ?? "").replace(/["[\]\s]/g, "") });
}

function withQuery(path: string, query: URLSearchParams | undefined): string {
  // Commas, colons and stars need no escape after a hash, and are read by people.
  const text = query?.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/") ?? "";
  return text === "" ? path : `${path}?${text}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
