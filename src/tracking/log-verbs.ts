import type { ActiveRun } from "./active-run.js";
import type { LogImageOptions, LogInputOptions, TableData } from "./artifact-formats.js";
import { keepImage } from "./image.js";
import { keepInput, keepJson, keepTable } from "./kept-values.js";
import { type MetricOptions, type MetricSeries, type MetricValue, toMetricList } from "./metric-values.js";
import { toText, toTexts } from "./named-texts.js";
import { StoreVerbs } from "./store-verbs.js";
import { checkArtifactPath } from "./validation.js";
import { checkText } from "./value-type.js";

/** The log verbs of a session: each goes to the run that {@link LogVerbs.record} finds. What they do: see `ActiveRun`. */
export abstract class LogVerbs extends StoreVerbs {
  /**
   * Makes a log call on the active run. Where there is none, one is started first, unless the value is refused.
   * @param keep - checks the value that is to wait, and gives it as it is now
   */
  protected abstract record<T>(
    value: T,
    keep: (value: T) => T,
    call: (run: ActiveRun, value: T) => Promise<void>,
  ): Promise<void>;

  logMetrics(metrics: Readonly<Record<string, MetricValue>> | MetricSeries, options?: MetricOptions): Promise<void> {
    const keep = (given: typeof metrics) => toMetricList(given, options);
    return this.record(metrics, keep, (run, kept) => run.logMetrics(kept, options));
  }

  logParam(key: string, value: unknown): Promise<void> {
    const keep = (given: unknown) => toText("param", key, given);
    return this.record(value, keep, (run, kept) => run.logParam(key, kept));
  }

  logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
    const keep = (given: unknown) => toTexts("param", given);
    return this.record(params, keep, (run, kept) => run.logParams(kept));
  }

  setTag(key: string, value: unknown): Promise<void> {
    const keep = (given: unknown) => toText("tag", key, given);
    return this.record(value, keep, (run, kept) => run.setTag(key, kept));
  }

  setTags(tags: Readonly<Record<string, unknown>>): Promise<void> {
    const keep = (given: unknown) => toTexts("tag", given);
    return this.record(tags, keep, (run, kept) => run.setTags(kept));
  }

  deleteTag(key: string): Promise<void> {
    return this.record(key, keepText("The key of a tag"), (run, kept) => run.deleteTag(kept));
  }

  setRunName(name: string): Promise<void> {
    return this.record(name, keepText("The name of a run"), (run, kept) => run.setRunName(kept));
  }

  logArtifact(localPath: string, artifactPath?: string): Promise<void> {
    const keep = keepText("The path of a file or folder", artifactPath);
    return this.record(localPath, keep, (run, kept) => run.logArtifact(kept, artifactPath));
  }

  logArtifacts(localFolder: string, artifactPath?: string): Promise<void> {
    return this.record(localFolder, keepText("The path of a folder", artifactPath), (run, kept) =>
      run.logArtifacts(kept, artifactPath),
    );
  }

  logText(text: string, artifactFile: string): Promise<void> {
    return this.record(text, keepText("The text of an artifact", artifactFile), (run, kept) =>
      run.logText(kept, artifactFile),
    );
  }

  logDict(value: unknown, artifactFile: string): Promise<void> {
    const keep = (given: unknown) => keepJson(given, `The value of ${checkArtifactPath(artifactFile)}`);
    return this.record(value, keep, (run, kept) => run.logDict(kept, artifactFile));
  }

  logTable(data: TableData, artifactFile: string): Promise<void> {
    const keep = (given: TableData) => keepTable(given, checkArtifactPath(artifactFile));
    return this.record(data, keep, (run, kept) => run.logTable(kept, artifactFile));
  }

  logImage(image: Uint8Array | string, target: string | LogImageOptions): Promise<void> {
    const keep = (given: Uint8Array | string) => keepImage(given, target);
    return this.record(image, keep, (run, kept) => run.logImage(kept, target));
  }

  logInput(options: LogInputOptions): Promise<void> {
    return this.record(options, keepInput, (run, kept) => run.logInput(kept));
  }
}

/** @param path - where it goes in the run, if that is said */
function keepText(what: string, path?: string): (value: string) => string {
  return (value) => {
    checkText(what, value);
    if (path !== undefined) checkArtifactPath(path);
    return value;
  };
}
