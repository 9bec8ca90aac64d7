import { Worker } from "node:worker_threads";
import { TrackingError } from "../../errors.js";
import type { MetricSeries } from "../metric-values.js";
import { cpuTimes, type SystemSample } from "./system-sample.js";

/** MLflow's default, ms. */
const defaultInterval = 10_000;

/** Longest wait for the last sample, ms: a file system or a GPU's driver that hangs must not keep the run open. */
const lastSample = 6_000;

interface SampleMessage {
  last: boolean;
  sample: SystemSample;
}

/**
 * Samples the machine while a run goes on and logs what it sees as `system/…`, with MLflow's names. A sample that comes while the
 * main thread is busy is logged with its own time as soon as there is a pause; the last one is taken at the run's end.
 */
export class SystemMetrics {
  readonly #worker: Worker;
  readonly #log: (points: MetricSeries) => void;
  readonly #ended: Promise<void>;
  #step = 0;

  /** @param log - takes the points of a sample; all of them have one step, 0, 1, 2, … */
  constructor(log: (points: MetricSeries) => void, intervalMs = samplingInterval()) {
    this.#log = log;
    // The thread may take longer to start than the run goes on, so the run's own start is measured here.
    const workerData = { intervalMs, cpu: cpuTimes() };
    this.#worker = new Worker(new URL("./sampler-worker.js", import.meta.url), { workerData });
    this.#ended = new Promise((resolve) => {
      this.#worker.on("message", (message: SampleMessage) => this.#take(message.sample));
      this.#worker.on("error", () => resolve());
      this.#worker.on("exit", () => resolve());
    });
    // A script that forgets to end its run still comes to its end.
    this.#worker.unref();
  }

  /** Takes the last sample, unless the machine does not answer; everything is logged when it resolves. */
  async stop(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage("last");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, lastSample);
    });
    await Promise.race([this.#ended, late]);
    clearTimeout(timer);
    // Not awaited: a thread that stands in a system call cannot be ended.
    this.#worker.unref();
    void this.#worker.terminate();
  }

  #take({ timestamp, values }: SystemSample): void {
    const step = this.#step++;
    this.#log(Object.entries(values).map(([name, value]) => ({ key: `system/${name}`, value, timestamp, step })));
  }
}

/** MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL, in seconds as MLflow has it. */
function samplingInterval(): number {
  const text = process.env.MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL;
  if (text === undefined || text === "") return defaultInterval;
  const seconds = Number(text);
  if (seconds > 0) return seconds * 1000;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL is '${text}', which is not a number of seconds above 0.`,
  );
}

/** MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING: whether every run logs them. */
export function systemMetricsWanted(): boolean {
  return /^(true|1)$/i.test(process.env.MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING ?? "");
}
