import type { ServedModel } from "../../server/scoring/background-servers.js";

/** What magics need of rooms they may not import; handed in by `main/compose.ts`. */
export interface Services {
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
