import type { ActiveRun } from "./active-run.js";
import type { LogImageOptions, LogInputOptions, TableData } from "./artifact-formats.js";
import type { MetricOptions, MetricSeries, MetricValue } from "./metric-values.js";
import { StoreVerbs } from "./store-verbs.js";

/** The log verbs of a session: each goes to the run that {@link LogVerbs.record} finds. What they do: see `ActiveRun`. */
export abstract class LogVerbs extends StoreVerbs {
  /** Makes a log call on the active run, or on a new one where there is none. */
  protected abstract record(call: (run: ActiveRun) => Promise<void>): Promise<void>;

  logMetrics(metrics: Readonly<Record<string, MetricValue>> | MetricSeries, options?: MetricOptions): Promise<void> {
    return this.record((run) => run.logMetrics(metrics, options));
  }

  logParam(key: string, value: unknown): Promise<void> {
    return this.record((run) => run.logParam(key, value));
  }

  logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
    return this.record((run) => run.logParams(params));
  }

  setTag(key: string, value: unknown): Promise<void> {
    return this.record((run) => run.setTag(key, value));
  }

  setTags(tags: Readonly<Record<string, unknown>>): Promise<void> {
    return this.record((run) => run.setTags(tags));
  }

  deleteTag(key: string): Promise<void> {
    return this.record((run) => run.deleteTag(key));
  }

  setRunName(name: string): Promise<void> {
    return this.record((run) => run.setRunName(name));
  }

  logArtifact(localPath: string, artifactPath?: string): Promise<void> {
    return this.record((run) => run.logArtifact(localPath, artifactPath));
  }

  logArtifacts(localFolder: string, artifactPath?: string): Promise<void> {
    return this.record((run) => run.logArtifacts(localFolder, artifactPath));
  }

  logText(text: string, artifactFile: string): Promise<void> {
    return this.record((run) => run.logText(text, artifactFile));
  }

  logDict(value: unknown, artifactFile: string): Promise<void> {
    return this.record((run) => run.logDict(value, artifactFile));
  }

  logTable(data: TableData, artifactFile: string): Promise<void> {
    return this.record((run) => run.logTable(data, artifactFile));
  }

  logImage(image: Uint8Array | string, target: string | LogImageOptions): Promise<void> {
    return this.record((run) => run.logImage(image, target));
  }

  logInput(options: LogInputOptions): Promise<void> {
    return this.record((run) => run.logInput(options));
  }
}
