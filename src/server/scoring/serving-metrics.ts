import type { Exchange } from "../http/exchange.js";
import type { HttpWatch } from "../http/http-server.js";

/** The server's own paths: one that a caller made up is no label. */
const paths = new Set(["/invocations", "/ping", "/health", "/version", "/signature", "/openapi.json", "/metrics", "/"]);
/** Upper bounds in seconds: a single row takes well under 1 ms, a large batch a second. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Counts for `/metrics`. */
export class ServingMetrics implements HttpWatch {
  readonly #requests = new Map<string, number>();
  readonly #buckets = bounds.map(() => 0);
  #seconds = 0;
  #invocations = 0;
  #rows = 0;
  #open = 0;
  #modelErrors = 0;

  readonly #model: { uri: string; flavor: string };

  constructor(model: { uri: string; flavor: string }) {
    this.#model = model;
  }

  begun(): void {
    this.#open++;
  }

  modelFailed(): void {
    this.#modelErrors++;
  }

  ended({ path, notes }: Exchange, status: number, seconds: number): void {
    this.#open--;
    const key = `path="${paths.has(path) ? path : "other"}",status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    if (path !== "/invocations") return;
    this.#invocations++;
    this.#seconds += seconds;
    if (typeof notes.rows === "number") this.#rows += notes.rows;
    const at = bounds.findIndex((bound) => seconds <= bound);
    if (at >= 0) this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
  }

  /** @see Prometheus text exposition format 0.0.4 */
  text(): string {
    const sums: number[] = [];
    for (const count of this.#buckets) sums.push((sums.at(-1) ?? 0) + count);
    const duration = "runlab_invocation_seconds";
    const { uri, flavor } = this.#model;
    return [
      ...head("runlab_requests_total", "counter", "Answered requests."),
      ...[...this.#requests].map(([labels, count]) => `runlab_requests_total{${labels}} ${count}`),
      ...head(duration, "histogram", "Time from the headers of a request to /invocations to the end of its answer."),
      ...bounds.map((bound, at) => `${duration}_bucket{le="${bound}"} ${sums[at]}`),
      `${duration}_bucket{le="+Inf"} ${this.#invocations}`,
      `${duration}_sum ${this.#seconds}`,
      `${duration}_count ${this.#invocations}`,
      ...head("runlab_rows_total", "counter", "Rows that were predicted."),
      `runlab_rows_total ${this.#rows}`,
      ...head("runlab_model_errors_total", "counter", "Errors that the model threw outside its predictions."),
      `runlab_model_errors_total ${this.#modelErrors}`,
      ...head("runlab_requests_open", "gauge", "Requests being answered, including this one."),
      `runlab_requests_open ${this.#open}`,
      ...head("runlab_model_info", "gauge", "The model that is served."),
      `runlab_model_info{uri="${label(uri)}",flavor="${label(flavor)}"} 1`,
      ...head("process_resident_memory_bytes", "gauge", "Resident memory."),
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
      ...head("process_start_time_seconds", "gauge", "Start of the process, in seconds since the epoch."),
      `process_start_time_seconds ${(Date.now() / 1000 - process.uptime()).toFixed(3)}`,
      "",
    ].join("\n");
  }
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function label(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
