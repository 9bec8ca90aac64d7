import { TrackingError } from "../errors.js";
import { ActiveRun, describe, type EndRunOptions, throwFirst } from "./active-run.js";
import type { LogFigureOptions } from "./artifact-formats.js";
import { type MetricOptions, type MetricValue, TrackingClient } from "./client.js";
import { endRunsAtExit } from "./exit.js";
import { LogVerbs } from "./log-verbs.js";
import { PendingCalls } from "./pending-calls.js";
import { RunScopes } from "./run-scope.js";
import type { ExperimentQuery, NewExperiment, RunQuery, TrackingStore } from "./store.js";
import { SystemMetrics, systemMetricsWanted } from "./system/system-metrics.js";
import type { Experiment, FileInfo, MetricPoint, Page, Run, RunStatus } from "./types.js";

/** What a session needs of its surroundings; the kernel and a plain script differ here. */
export interface SessionHost {
  /** The absolute URI of a store; without an argument, of the one found here. @throws {TrackingError} */
  resolveUri(uri?: string): string;
  openStore(uri: string): TrackingStore;
  /** Said once per store, when its first run starts, and of every run that a log call has started. */
  announce?(line: string): void;
  /** Tags of every new run: source, user, commit. The caller's own win. */
  runTags?(): Readonly<Record<string, string>>;
  /** Names that the notebook's cells have declared, with their values: a model that is code may use them. */
  cellNames?(): ReadonlyMap<string, unknown>;
  /** Draws a Vega-Lite spec for `logFigure(spec, "x.svg")`. */
  drawSvg?(spec: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface StartRunOptions {
  /** Default: a generated one. */
  runName?: string;
  /** Created when there is none of that name; default: the session's experiment. */
  experimentName?: string;
  experimentId?: string;
  /** Goes on with a run of this id. */
  runId?: string;
  /** Allows a run inside the active one, as its child. */
  nested?: boolean;
  /** The parent of a nested run; default: the active run. */
  parentRunId?: string;
  tags?: Readonly<Record<string, unknown>>;
  description?: string;
  /** Log CPU, memory, disk, network and GPU as `system/…`; default: what MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING says. */
  logSystemMetrics?: boolean;
}

export interface SearchRunsOptions extends Partial<RunQuery> {
  experimentNames?: readonly string[];
  searchAllExperiments?: boolean;
}

/**
 * The tracking state of a process: its store, its experiment and its active runs, with every verb of the API.
 * One per process, see `stores/shared-session.ts`.
 */
export class TrackingSession extends LogVerbs {
  readonly #scopes = new RunScopes();
  readonly #pending = new PendingCalls();
  readonly #open = new Set<ActiveRun>();
  readonly #clients = new Map<string, TrackingClient>();
  readonly #announced = new Set<string>();
  #host: SessionHost;
  #uri: string | undefined;
  #experimentId: Promise<string> | undefined;
  #starting: Promise<ActiveRun> | undefined;
  #last: ActiveRun | undefined;
  #unwatchExit: (() => void) | undefined;

  constructor(host: SessionHost) {
    super();
    this.#host = host;
  }

  /** Replaces parts of the host: the kernel says where announcements go and which tags a run gets. */
  configure(host: Partial<SessionHost>): void {
    this.#host = { ...this.#host, ...host };
  }

  // ---- store

  /** Where runs go now: what was set, else what the environment or the folder says. */
  getTrackingUri(): string {
    this.#uri ??= this.#host.resolveUri();
    return this.#uri;
  }

  /** The same, once it has been decided; asking decides nothing. */
  get decidedTrackingUri(): string | undefined {
    return this.#uri;
  }

  /** Runs that are open go on in the store they were started in. */
  setTrackingUri(uri: string): void {
    const resolved = this.#host.resolveUri(uri);
    if (resolved === this.#uri) return;
    this.#uri = resolved;
    this.#experimentId = undefined;
  }

  /** The verbs by id, on the current store. */
  get client(): TrackingClient {
    return this.clientFor(this.getTrackingUri());
  }

  get store(): TrackingStore {
    return this.client.store;
  }

  /** The verbs by id on a given store, which is opened once per process. */
  clientFor(uri: string): TrackingClient {
    const resolved = uri === this.#uri ? uri : this.#host.resolveUri(uri);
    const client = this.#clients.get(resolved) ?? new TrackingClient(this.#host.openStore(resolved));
    this.#clients.set(resolved, client);
    return client;
  }

  // ---- experiments

  /** Makes an experiment the current one; creates it when there is none of that name. @throws INVALID_PARAMETER_VALUE when deleted */
  async setExperiment(name: string | { experimentId: string }): Promise<Experiment> {
    const experiment =
      typeof name === "string" ? await this.#experimentNamed(name) : await this.getExperiment(name.experimentId);
    if (experiment.lifecycleStage === "deleted") {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `Cannot set a deleted experiment '${experiment.name}' as the active experiment.`,
        { hint: "Restore it with restoreExperiment, or choose another name." },
      );
    }
    this.#experimentId = Promise.resolve(experiment.experimentId);
    return experiment;
  }

  /** The experiment that new runs go to: what was set, else MLFLOW_EXPERIMENT_NAME or MLFLOW_EXPERIMENT_ID, else "0". */
  async currentExperiment(): Promise<Experiment> {
    return this.getExperiment(await this.#currentExperimentId());
  }

  createExperiment(name: string, options?: Omit<NewExperiment, "name">): Promise<string> {
    return this.client.createExperiment(name, options);
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.client.getExperiment(experimentId);
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.client.getExperimentByName(name);
  }

  renameExperiment(experimentId: string, newName: string): Promise<void> {
    return this.client.renameExperiment(experimentId, newName);
  }

  deleteExperiment(experimentId: string): Promise<void> {
    return this.client.deleteExperiment(experimentId);
  }

  restoreExperiment(experimentId: string): Promise<void> {
    return this.client.restoreExperiment(experimentId);
  }

  /** On the current experiment, or on the one given. */
  async setExperimentTag(key: string, value: unknown, experimentId?: string): Promise<void> {
    await this.client.setExperimentTag(experimentId ?? (await this.#currentExperimentId()), key, value);
  }

  searchExperiments(query?: ExperimentQuery): Promise<Page<Experiment>> {
    return this.client.searchExperiments(query);
  }

  // ---- runs

  /**
   * Starts a run. With a callback the run is active inside it and ends with it: FINISHED, or FAILED when it throws. Without,
   * it stays active until `endRun()` or the end of an `await using` block.
   * @throws {TrackingError} INVALID_STATE when a run is active and `nested` is not set
   */
  startRun<T>(body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
  startRun<T>(options: StartRunOptions, body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
  startRun(options?: StartRunOptions): Promise<ActiveRun>;
  startRun<T>(
    first: StartRunOptions | ((run: ActiveRun) => T | Promise<T>) = {},
    second?: (run: ActiveRun) => T | Promise<T>,
  ): Promise<T | ActiveRun> {
    const [options, body] = typeof first === "function" ? [{}, first] : [first, second];
    if (body !== undefined) return this.#runBody(options, body);
    const place = this.#scopes.open();
    return this.#create(options, place.parent).then((run) => {
      place.enter(run);
      return run;
    });
  }

  /** Ends the active run; does nothing when there is none. */
  async endRun(status: RunStatus = "FINISHED", options?: EndRunOptions): Promise<void> {
    await this.#starting;
    await this.#scopes.active()?.end(status, options);
  }

  /** The innermost open run of this code, if any. */
  activeRun(): ActiveRun | undefined {
    return this.#scopes.active();
  }

  /** The active run; without one, starts one as a log verb does. */
  async runToLogTo(): Promise<ActiveRun> {
    const run = this.#scopes.target();
    if (run !== undefined) return run;
    const started: ActiveRun[] = [];
    await this.#onNewRun(async (run) => void started.push(run));
    return started[0] ?? this.runToLogTo();
  }

  /** One line for the person: under the cell in a notebook, on stderr in a script. */
  say(line: string): void {
    this.#host.announce?.(line);
  }

  /** Names that the notebook's cells have declared, with their values; empty in a script. */
  cellNames(): ReadonlyMap<string, unknown> {
    return this.#host.cellNames?.() ?? new Map();
  }

  /** Every open run of the process. */
  openRuns(): ActiveRun[] {
    return [...this.#open];
  }

  /** The active run, else the one that ended last, as the store has it now. */
  async lastActiveRun(): Promise<Run | undefined> {
    const run = this.#scopes.active() ?? this.#last;
    return run?.client.getRun(run.runId);
  }

  getRun(runId: string): Promise<Run> {
    return this.client.getRun(runId);
  }

  deleteRun(runId: string): Promise<void> {
    return this.client.deleteRun(runId);
  }

  restoreRun(runId: string): Promise<void> {
    return this.client.restoreRun(runId);
  }

  /** Of the named experiments, else of the current one. */
  async searchRuns(options: SearchRunsOptions = {}): Promise<Page<Run>> {
    const { experimentNames, experimentIds, searchAllExperiments, ...query } = options;
    if (searchAllExperiments) {
      const all = await this.client.searchExperiments({ viewType: "ACTIVE_ONLY", maxResults: 50_000 });
      return this.client.searchRuns({ ...query, experimentIds: all.map((experiment) => experiment.experimentId) });
    }
    const ids = [...(experimentIds ?? [])];
    for (const name of experimentNames ?? []) {
      const found = await this.getExperimentByName(name);
      if (found === undefined) throw await this.#noExperiment(name);
      ids.push(found.experimentId);
    }
    if (experimentNames === undefined && experimentIds === undefined) ids.push(await this.#currentExperimentId());
    return this.client.searchRuns({ ...query, experimentIds: ids });
  }

  getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    return this.client.getMetricHistory(runId, key);
  }

  // ---- log verbs: on the active run; without one they start one (see also `log-verbs.ts`)

  logMetric(key: string, value: MetricValue, options?: MetricOptions): Promise<void> {
    const run = this.#scopes.target();
    if (run !== undefined) return run.logMetric(key, value, options);
    const stamped = { timestamp: Date.now(), ...options };
    return this.#onNewRun((started) => started.logMetric(key, value, stamped));
  }

  /** A Vega-Lite spec as `.json`, or drawn as `.svg`. */
  logFigure(
    spec: Readonly<Record<string, unknown>>,
    artifactFile: string,
    options: LogFigureOptions = {},
  ): Promise<void> {
    const { drawSvg } = this.#host;
    const draw = artifactFile.endsWith(".svg") && options.svg === undefined && drawSvg !== undefined;
    return this.record((run) => run.logFigure(spec, artifactFile, draw ? { svg: drawSvg(spec) } : options));
  }

  // ---- artifacts: of the active run (or the last one) unless an id is given

  listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    return this.client.listArtifacts(runId, path);
  }

  downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    return this.client.downloadArtifacts(runId, path, destination);
  }

  /** Of the active run when no id is given. */
  async getArtifactUri(path?: string, runId?: string): Promise<string> {
    const id = runId ?? this.#scopes.active()?.runId;
    if (id === undefined) {
      throw new TrackingError("INVALID_STATE", "There is no active run whose artifact URI could be given.", {
        hint: "Start a run, or give a run id as the second argument.",
      });
    }
    return this.client.getArtifactUri(id, path);
  }

  // ---- end

  /** Waits for every log call that is under way and throws the failure that nobody looked at, if there was one. */
  async settle(): Promise<void> {
    const failures = await this.#pending.settle();
    for (const run of this.#open) failures.push(...(await run.settle()));
    throwFirst(failures);
  }

  /** Ends open runs with `status`, waits for all that is under way and closes the stores. */
  async close(status: RunStatus = "FINISHED", options?: EndRunOptions): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const ends = await Promise.allSettled([...this.#open].reverse().map((run) => run.end(status, options)));
    const failures: unknown[] = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    failures.push(...(await this.#pending.settle()));
    for (const client of this.#clients.values()) await client.store.close();
    this.#unwatchExit?.();
    this.#unwatchExit = undefined;
    throwFirst(failures);
  }

  /**
   * For a process that is exiting: writes the end of every open run before it returns. Failures that nobody saw make a
   * FINISHED run FAILED, and are said on stderr.
   * @returns how many failures there were
   */
  endRunsNow(status: RunStatus, reason?: string): number {
    const failures = this.#pending.takeFailures();
    const failed = failures.length > 0 && status === "FINISHED";
    for (const run of [...this.#open].reverse()) {
      failures.push(...run.endNow(failed ? "FAILED" : status, failed ? describe(failures[0]) : reason));
    }
    this.#open.clear();
    for (const failure of failures) process.stderr.write(`runlab: a log call failed: ${describe(failure)}\n`);
    return failures.length;
  }

  // ---- inside

  async #runBody<T>(options: StartRunOptions, body: (run: ActiveRun) => T | Promise<T>): Promise<T> {
    const run = await this.#create(options, this.#scopes.active());
    try {
      const value = await this.#scopes.within(run, async () => body(run));
      await run.end("FINISHED");
      return value;
    } catch (error) {
      await run.end("FAILED", { reason: describe(error) }).catch(() => undefined);
      throw error;
    }
  }

  protected override record(call: (run: ActiveRun) => Promise<void>): Promise<void> {
    const run = this.#scopes.target();
    return run === undefined ? this.#onNewRun(call) : call(run);
  }

  /** MLflow's fluent rule: a log call without an active run starts one, which stays active. */
  #onNewRun(call: (run: ActiveRun) => Promise<void>): Promise<void> {
    this.#starting ??= this.#create({}, undefined).then((run) => {
      this.#scopes.keep(run);
      const { runName, runId } = run.info;
      this.#host.announce?.(
        `runlab: started run ${runName} (${runId.slice(0, 8)}), active until endRun() or the next %%run`,
      );
      return run;
    });
    const starting = this.#starting;
    const done = () => {
      if (this.#starting === starting) this.#starting = undefined;
    };
    starting.then(done, done);
    return this.#pending.track(starting.then(call));
  }

  async #create(options: StartRunOptions, parent: ActiveRun | undefined): Promise<ActiveRun> {
    if (parent !== undefined && options.runId === undefined && !options.nested) {
      throw new TrackingError(
        "INVALID_STATE",
        `Run with UUID ${parent.runId} is already active. To start a new run, first end the current run with endRun(). To start a nested run, call startRun with nested: true`,
        {
          hint: `'${parent.info.runName}' is open. Runs side by side: give each a callback, startRun({…}, async (run) => …).`,
        },
      );
    }
    const client = this.client;
    const run =
      options.runId === undefined ? await this.#createRun(client, options, parent) : await resume(client, options);
    this.#announce(client.store.uri);
    const active = new ActiveRun(run.info, client, (ended) => {
      this.#open.delete(ended);
      this.#last = ended;
    });
    if (options.logSystemMetrics ?? systemMetricsWanted()) {
      const metrics = new SystemMetrics((points) => void active.logMetrics(points));
      active.beforeEnd(() => metrics.stop());
    }
    this.#open.add(active);
    this.#unwatchExit ??= endRunsAtExit(this);
    return active;
  }

  async #createRun(client: TrackingClient, options: StartRunOptions, parent: ActiveRun | undefined): Promise<Run> {
    const experimentId =
      options.experimentName === undefined
        ? (options.experimentId ?? parent?.info.experimentId ?? (await this.#currentExperimentId()))
        : (await this.#experimentNamed(options.experimentName)).experimentId;
    const parentRunId = options.parentRunId ?? parent?.runId;
    const tags: Record<string, string> = { ...this.#host.runTags?.() };
    if (parentRunId !== undefined) tags["mlflow.parentRunId"] = parentRunId;
    if (options.description !== undefined) tags["mlflow.note.content"] = options.description;
    for (const [key, value] of Object.entries(options.tags ?? {})) tags[key] = value as string;
    return client.createRun(experimentId, {
      ...(options.runName === undefined ? {} : { runName: options.runName }),
      tags,
    });
  }

  #currentExperimentId(): Promise<string> {
    this.#experimentId ??= this.#defaultExperimentId();
    return this.#experimentId;
  }

  async #defaultExperimentId(): Promise<string> {
    const name = process.env.MLFLOW_EXPERIMENT_NAME;
    if (name) return (await this.#experimentNamed(name)).experimentId;
    return process.env.MLFLOW_EXPERIMENT_ID || "0";
  }

  async #experimentNamed(name: string): Promise<Experiment> {
    const client = this.client;
    const found = await client.getExperimentByName(name);
    if (found !== undefined) return found;
    try {
      return await client.getExperiment(await client.createExperiment(name));
    } catch (error) {
      const made = isAlreadyThere(error) ? await client.getExperimentByName(name) : undefined;
      if (made === undefined) throw error;
      return made;
    }
  }

  async #noExperiment(name: string): Promise<TrackingError> {
    const names = (await this.client.searchExperiments({ maxResults: 10 })).map((experiment) => `'${experiment.name}'`);
    return new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no experiment named '${name}'.`, {
      hint: `This store has ${names.join(", ")}.`,
    });
  }

  #announce(uri: string): void {
    if (this.#announced.has(uri)) return;
    this.#announced.add(uri);
    this.#host.announce?.(`runlab: runs are kept in ${uri}`);
  }
}

async function resume(client: TrackingClient, options: StartRunOptions): Promise<Run> {
  const run = await client.getRun(options.runId ?? "");
  if (options.experimentId !== undefined && options.experimentId !== run.info.experimentId) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Cannot start run with ID ${run.info.runId} because active experiment ID does not match environment run ID: it belongs to experiment ${run.info.experimentId}.`,
    );
  }
  await client.updateRun(run.info.runId, "RUNNING");
  if (options.runName !== undefined) await client.renameRun(run.info.runId, options.runName);
  if (options.tags !== undefined) await client.setTags(run.info.runId, options.tags);
  return client.getRun(run.info.runId);
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof TrackingError && error.code === "RESOURCE_ALREADY_EXISTS";
}
