/** What magics need of rooms they may not import; handed in by `cli/compose.ts`. */
export interface Services {
  /** Writes runs to a file; see `exports/`. */
  exportRuns(request: ExportRequest): Promise<ExportResult>;
  /** Names that the user's cells have declared, with their values (`%who`, `%%run capture`). */
  names(): Map<string, unknown>;
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
