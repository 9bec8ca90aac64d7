import { TrackingError } from "../errors.js";
import { ActiveRun, describe, type EndRunOptions, throwFirst } from "./active-run.js";
import type { LogFigureOptions } from "./artifact-formats.js";
import { TrackingClient } from "./client.js";
import { checkMayStart, createRun, resumeRun, type StartRunOptions, startsBeside } from "./create-run.js";
import { CurrentExperiment } from "./current-experiment.js";
import { checkFigure, type Figure, svgOfFigure } from "./figure.js";
import { withLocalData } from "./figure-data.js";
import { keepJson } from "./kept-values.js";
import { LogVerbs } from "./log-verbs.js";
import { type MetricOptions, type MetricValue, toMetrics } from "./metric-values.js";
import { PendingCalls } from "./pending-calls.js";
import { Progress, type ShowProgress, type WorkOptions } from "./progress.js";
import { endRunsAtExit, RunScopes } from "./run-scope.js";
import { type SearchRunsOptions, searchRuns } from "./search-runs.js";
import type { SessionHost } from "./session-host.js";
import type { TrackingStore } from "./store.js";
import { StoreNotices } from "./store-notices.js";
import { SystemMetrics, systemMetricsWanted } from "./system/system-metrics.js";
import type { Experiment, Page, Run, RunStatus } from "./types.js";
import { checkArtifactPath, checkEndStatus } from "./validation.js";
import { checkOptions, checkText, isNamed, typeOf, wrongType } from "./value-type.js";

/**
 * The tracking state of a process: its store, its experiment and its active runs, with every verb of the API.
 * One per process, see `stores/shared-session.ts`.
 */
export class TrackingSession extends LogVerbs {
  readonly #experiment = new CurrentExperiment(
    (experiment) => this.#host.restoreHint?.(experiment) ?? restoreHint(experiment),
  );
  readonly #scopes = new RunScopes();
  readonly #pending = new PendingCalls();
  readonly #open = new Set<ActiveRun>();
  readonly #clients = new Map<string, TrackingClient>();
  readonly #notices = new StoreNotices(
    (line) => this.say(line),
    () => this.#host,
  );
  #host: SessionHost;
  #uri: string | undefined;
  #progresses = 0;
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
    checkText("The tracking URI", uri);
    const resolved = this.#host.resolveUri(uri);
    if (resolved === this.#uri) return;
    this.#uri = resolved;
    this.#experiment.forget();
  }

  /** The verbs by id, on the current store. */
  get client(): TrackingClient {
    return this.clientFor(this.getTrackingUri());
  }

  /** The current store itself: its arguments are not checked. */
  get store(): TrackingStore {
    return this.client.store;
  }

  /** The verbs by id on a given store, which is opened once per process. */
  clientFor(uri: string): TrackingClient {
    const resolved = uri === this.#uri ? uri : this.#host.resolveUri(uri);
    const client = this.#clients.get(resolved) ?? this.#openClient(resolved);
    this.#clients.set(resolved, client);
    return client;
  }

  #openClient(uri: string): TrackingClient {
    return new TrackingClient(
      this.#host.openStore(uri),
      (line) => this.say(`runlab: ${line}`),
      (options) => this.startProgress(options),
    );
  }

  // ---- experiments

  /** Makes an experiment the current one; creates it when there is none of that name. @throws INVALID_PARAMETER_VALUE when deleted */
  async setExperiment(name: string | { experimentId: string }): Promise<Experiment> {
    if (typeof name !== "string" && !isNamed(name)) {
      throw wrongType(`An experiment must be given by its name or as { experimentId }; got ${typeOf(name)}.`, name);
    }
    const experiment =
      typeof name === "string"
        ? await this.#experiment.named(this.client, name)
        : await this.getExperiment(name.experimentId);
    this.#experiment.choose(experiment);
    return experiment;
  }

  /** The experiment that new runs go to: what was set, else MLFLOW_EXPERIMENT_NAME or MLFLOW_EXPERIMENT_ID, else "0". */
  async currentExperiment(): Promise<Experiment> {
    return this.getExperiment(await this.#experiment.id(this.client));
  }

  /** On the current experiment, or on the one given. */
  async setExperimentTag(key: string, value: unknown, experimentId?: string): Promise<void> {
    await this.client.setExperimentTag(experimentId ?? (await this.#experiment.id(this.client)), key, value);
  }

  /** Several at once, all or none. */
  async setExperimentTags(tags: Readonly<Record<string, unknown>>, experimentId?: string): Promise<void> {
    await this.client.setExperimentTags(experimentId ?? (await this.#experiment.id(this.client)), tags);
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

  /** Ends the active run with FINISHED, FAILED or KILLED; does nothing when there is none. */
  async endRun(status: RunStatus = "FINISHED", options?: EndRunOptions): Promise<void> {
    checkEndStatus(status);
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
    await this.#pending.track(this.#onNewRun(async (run) => void started.push(run)));
    return started[0] ?? this.runToLogTo();
  }

  /** One line for the person: under the cell in a notebook, on stderr in a script. */
  say(line: string): void {
    this.#host.announce?.(line);
  }

  /**
   * Begins to show how far a piece of work is.
   * @param otherwise - shows it where there is no notebook; default: nothing does
   */
  startProgress(options: WorkOptions = {}, otherwise?: ShowProgress): Progress {
    const show = this.#host.showProgress ?? otherwise ?? (() => undefined);
    return new Progress(++this.#progresses, show, options);
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

  /** Of the named experiments, else of the current one. @throws {TrackingError} when there is none of a name, or the filter is wrong */
  searchRuns(options: SearchRunsOptions = {}): Promise<Page<Run>> {
    return searchRuns(this.client, options, this.#experiment);
  }

  // ---- log verbs: on the active run; without one they start one (see also `log-verbs.ts`)

  /** Hot: a value costs no promise when it is in the store at once. What is logged before its run is there keeps its time. */
  logMetric(key: string, value: MetricValue, options?: MetricOptions): Promise<void> {
    const run = this.#scopes.target();
    if (run !== undefined) return run.logMetric(key, value, options);
    const onNewRun = async () => {
      const points = toMetrics(key, value, options);
      await this.#onNewRun((started) => started.logMetrics(points));
    };
    return this.#pending.track(onNewRun());
  }

  /** A Vega-Lite spec as `.json`, or drawn as `.svg`; an SVG, as markup or as an element, as `.svg`. */
  logFigure(figure: Figure, artifactFile: string, options: LogFigureOptions = {}): Promise<void> {
    const { drawSvg } = this.#host;
    const keep = (given: Figure): Figure => {
      const path = checkArtifactPath(artifactFile);
      const whole = withLocalData(given, path);
      checkFigure(whole, path);
      return svgOfFigure(whole) ?? keepJson(whole, `The figure of ${path}`, true);
    };
    return this.record(figure, keep, (run, kept) => {
      const isSpec = isNamed(kept) && svgOfFigure(kept) === undefined;
      const draw = drawSvg !== undefined && options.svg === undefined && isSpec && /\.svg$/.test(artifactFile);
      return run.logFigure(kept, artifactFile, draw ? { svg: drawSvg(kept) } : options);
    });
  }

  /** Work beside a log call that the end of the run or cell waits for; a failure that nobody looked at is thrown there. */
  alongside(work: Promise<void>): void {
    void this.#pending.track(work);
  }

  /** Of the active run when no id is given. */
  async getArtifactUri(path?: string, runId?: string): Promise<string> {
    const id = runId ?? this.#scopes.active()?.runId;
    if (id === undefined) {
      throw new TrackingError("INVALID_STATE", "There is no active run, so there is no artifact URI.", {
        hint: "Start a run, or pass a run id as the second argument.",
      });
    }
    return this.client.getArtifactUri(id, path);
  }

  /** The user has just been told where runs are stored: the first run need not say it again. */
  storeIsShown(): void {
    this.#notices.isShown(this.client.store);
  }

  // ---- end

  /** Waits for every log call that is under way and throws the failure that nobody looked at, if there was one. */
  async settle(): Promise<void> {
    const failures = await this.#pending.settle();
    for (const run of this.#open) {
      failures.push(...(await run.settle()));
      // The next log call starts a run of its own.
      if (run.hasFailed) await this.#endIfRemoved(run);
    }
    for (const client of this.#clients.values()) {
      failures.push(...(await client.settle()));
      this.#notices.tellWaiting(client.store);
    }
    throwFirst(failures);
  }

  /** Whether the end of open runs has to be sent to a server. */
  get sendsToServer(): boolean {
    return [...this.#open].some((run) => run.client.store.outbox !== undefined);
  }

  /** Ends open runs with `status`, waits for all that is under way and closes the stores. */
  async close(status: RunStatus = "FINISHED", options?: EndRunOptions): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const ends = await Promise.allSettled([...this.#open].reverse().map((run) => run.end(status, options)));
    const failures: unknown[] = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    failures.push(...(await this.#pending.settle()));
    for (const client of this.#clients.values()) {
      failures.push(...(await client.settle()));
      this.#notices.tellWaiting(client.store);
      await client.store.close();
    }
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
    for (const { store } of this.#clients.values()) this.#notices.tellWaiting(store);
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

  protected override record<T>(
    value: T,
    keep: (value: T) => T,
    call: (run: ActiveRun, value: T) => Promise<void>,
  ): Promise<void> {
    const run = this.#scopes.target();
    if (run !== undefined) return call(run, value);
    const onNewRun = async () => {
      const kept = keep(value);
      await this.#onNewRun((started) => call(started, kept));
    };
    return this.#pending.track(onNewRun());
  }

  /** MLflow's fluent rule: a log call without an active run starts one, which stays active. */
  #onNewRun(call: (run: ActiveRun) => Promise<void>): Promise<void> {
    this.#starting ??= this.#create({}, undefined).then((run) => {
      this.#scopes.keep(run);
      const { runName, runId } = run.info;
      this.#host.announce?.(
        `runlab: started run ${runName} (${runId.slice(0, 8)}), active until ${this.#host.hasMagics ? `the next %%run, or until endRun() from "runlab"` : "endRun()"}`,
      );
      return run;
    });
    const starting = this.#starting;
    const done = () => {
      if (this.#starting === starting) this.#starting = undefined;
    };
    starting.then(done, done);
    return starting.then(call);
  }

  async #create(options: StartRunOptions, parent: ActiveRun | undefined): Promise<ActiveRun> {
    checkOptions("startRun", options, "{ runName }");
    if (parent !== undefined && !startsBeside(options) && (await this.#endIfRemoved(parent))) {
      return this.#create(options, this.#scopes.active());
    }
    checkMayStart(options, parent);
    const { client } = this;
    const run =
      options.runId === undefined
        ? await createRun(client, options, parent, this.#experiment, this.#host.runTags?.())
        : await resumeRun(client, options.runId, options);
    this.#notices.announce(client.store);
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

  /** A run that the store does not have any more is in nobody's way. @returns whether it is one */
  async #endIfRemoved(run: ActiveRun): Promise<boolean> {
    const failures = await run.endIfRemoved();
    for (const failure of failures ?? []) void this.#pending.track(Promise.reject(failure));
    return failures !== undefined;
  }
}

function restoreHint({ experimentId }: Experiment): string {
  return `Restore it with restoreExperiment("${experimentId}"), or choose another one with setExperiment.`;
}
