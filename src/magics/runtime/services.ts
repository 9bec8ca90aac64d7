/** What magics need of rooms they may not import; handed in by `main/compose.ts`. */
export interface Services {
  /** Writes runs to a file; see `exports/`. */
  exportRuns(request: ExportRequest): Promise<ExportResult>;
  /** Reads runs from such a file into the store. */
  importRuns(request: ImportRequest): Promise<ImportResult>;
  /** Names that the user's cells have declared, with their values (`%who`, `%%run capture`). */
  names(): Map<string, unknown>;
  /** Forgets them (`%reset`), in the evaluator and in the engine. */
  reset(): Promise<void>;
  /** Asks the person at the front end. @throws {KernelError} INVALID_STATE when it takes no input */
  confirm(question: string): boolean | Promise<boolean>;
  /** Puts `text` in the place of the running cell's source (`%load`): Jupyter's `set_next_input` payload with `replace`. */
  replaceCell(text: string): void;
  /** Models that are served beside the notebook, each by a process of its own (`%serve`). */
  readonly servers: ModelServers;
}

export interface ModelServers {
  /** Resolves once it answers. Default port: 5002, or the next free one. */
  start(uri: string, port: number | undefined, signal: AbortSignal): Promise<ServedModel>;
  list(): ServedModel[];
  /** All of them without a port. */
  stop(port?: number): Promise<ServedModel[]>;
  /** The last lines of their logs: requests that failed, and why. */
  log(port?: number): string;
}

export interface ServedModel {
  uri: string;
  /** E.g. "http://127.0.0.1:5002". */
  url: string;
  port: number;
  /** Of the process that serves it now. */
  pid: number;
  startedAt: Date;
  /** How often its process ended by itself and was replaced. */
  restarts: number;
  /** Why no process serves it any more. */
  ended?: string;
}

export interface ExportRequest {
  /** Experiment name; absent: the active one. */
  experiment?: string;
  /** Run names or ids; absent or empty: all of the experiment. */
  runs?: readonly string[];
  /** A search filter. */
  where?: string;
  /** Default `./<experiment>-<YYYY-MM-DD>.json`. */
  to?: string;
  /** Default: by the extension of `to`. */
  format?: "json" | "csv";
  /** Overwrite an existing file. */
  force?: boolean;
}

export interface ExportResult {
  path: string;
  runs: number;
  bytes: number;
}

export interface ImportRequest {
  from: string;
  /** Created when there is none of that name. Default: the name in the file, else the file's own. */
  experiment?: string;
  /** Default: by the extension of `from`. */
  format?: "json" | "csv";
}

export interface ImportResult {
  path: string;
  experiment: string;
  /** Runs that were added. */
  runs: number;
  /** Runs that the store had already. */
  skipped: number;
}
