import type { MimeBundle } from "../../render/mime-bundle.js";
import type { RunColours } from "../../render/palette.js";
import type { BackgroundServer } from "../../server/background/background-servers.js";

/** What magics need of rooms they may not import; handed in by `main/compose.ts`. */
export interface Services {
  /** Names that the user's cells have declared, with their values (`%who`, `%%run capture`). */
  names(): Map<string, unknown>;
  /** What hovering over a name shows (`name?`); undefined when there is nothing to say. */
  inspect(name: string): Promise<MimeBundle | undefined>;
  /** Texts of the cells of this session, by their numbers (`%history`). */
  history(): Readonly<Record<number, string>>;
  /** Forgets them (`%reset`), in the evaluator and in the engine. */
  reset(): Promise<void>;
  /** Asks the user at the front end. @throws {KernelError} INVALID_STATE when it takes no input */
  confirm(question: string): boolean | Promise<boolean>;
  /** Replaces the running cell's source with `text` (`%load`): Jupyter's `set_next_input` payload with `replace`. */
  replaceCell(text: string): void;
  /** Models that are served beside the notebook, each by a process of its own (`%serve`). */
  readonly servers: ModelServers;
  /** Web pages of stores, each served by a process of its own (`%ui`). */
  readonly pages: PageServers;
  /** One colour per run in all charts of the notebook. */
  readonly colours: RunColours;
}

export interface ModelServers {
  /** Resolves once it answers. Default port: 5002, or the next free one. */
  start(uri: string, port: number | undefined, signal: AbortSignal): Promise<BackgroundServer>;
  list(): BackgroundServer[];
  /** All of them without a port. */
  stop(port?: number): Promise<BackgroundServer[]>;
  /** The last lines of their logs: requests that failed, and why. */
  log(port?: number): string;
}

export interface PageServers {
  /**
   * Resolves once the page of the session's store answers.
   * @param port - or the next free one
   * @param hosts - names besides those of this machine by which browsers may ask
   */
  start(port: number, hosts: readonly string[], signal: AbortSignal): Promise<BackgroundServer>;
  list(): BackgroundServer[];
  stop(port?: number): Promise<BackgroundServer[]>;
  log(port?: number): string;
}
