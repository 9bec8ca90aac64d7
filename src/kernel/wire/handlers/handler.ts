import type { Comms } from "../comms.js";
import type { EngineClient } from "../engine-client.js";
import type { History } from "../history.js";
import type { Content } from "../message.js";

/** What the answers to requests are made of. */
export interface HandlerContext {
  readonly engine: EngineClient;
  readonly history: History;
  readonly comms: Comms;
  readonly kernelVersion: string;
  readonly languageVersion: string;
  /** Stops the running cell. */
  interrupt(): void;
  /** The kernel ends after the reply has left. */
  shutdown(restart: boolean): void;
}

/** A request that is answered at once, also while a cell is running. */
export interface RequestHandler {
  /** `<name>_request`, answered by `<name>_reply`. */
  readonly name: string;
  /** The content of the reply; `status: "ok"` is added. A throw becomes a reply with `status: "error"`. */
  handle(content: Content, context: HandlerContext): Content | Promise<Content>;
}
