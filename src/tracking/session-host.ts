import type { ShowProgress } from "./progress.js";
import type { TrackingStore } from "./store.js";
import type { Experiment } from "./types.js";

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
  /** How to bring a deleted experiment back, as the user would write it here. */
  restoreHint?(experiment: Experiment): string;
  /** Whether code here is written in cells that know magics: then what is said may name one. */
  hasMagics?: boolean;
  /** Shows how far a piece of work is, under the cell that does it. */
  showProgress?: ShowProgress;
  /** Draws a Vega-Lite spec for `logFigure(spec, "x.svg")`. */
  drawSvg?(spec: Readonly<Record<string, unknown>>): Promise<string>;
}
