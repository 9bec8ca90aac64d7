import type { CellRunner } from "./cell-runner.js";
import { commFromWire } from "./comms.js";
import type { ExecuteQueue } from "./execute-queue.js";
import { type HandlerContext, type RequestHandler, requestHandlers } from "./handlers.js";
import type { Log } from "./log.js";
import type { Content, Message } from "./message.js";
import type { Publisher } from "./publisher.js";

export type RequestChannel = "shell" | "control";

/** What answering needs of the rest of the wire. */
export interface RequestsParts {
  readonly log: Log;
  readonly publisher: Publisher;
  readonly queue: ExecuteQueue;
  readonly runner: CellRunner;
  /** What handlers answer from. */
  context(message: Message): HandlerContext;
  /** Hands a front end's comm message to the main thread; `cell` is what its output belongs to. */
  comm(message: NonNullable<ReturnType<typeof commFromWire>>, cell: number): void;
  reply(channel: RequestChannel, message: Message, content: Content, type: string): void;
}

/** Takes the messages of shell and control: cells and comms go to the queue, all other requests are answered at once. */
export class Requests {
  readonly #parts: RequestsParts;
  readonly #handlers = new Map<string, RequestHandler>(requestHandlers.map((handler) => [handler.name, handler]));

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  take(channel: RequestChannel, message: Message): void {
    const type = message.header.msg_type;
    if (type === "execute_request" && channel === "shell") {
      this.#parts.queue.push(message);
      return;
    }
    if (type === "comm_open" || type === "comm_msg" || type === "comm_close") {
      this.#parts.queue.pushComm(message);
      return;
    }
    if (!type.endsWith("_request")) {
      this.#parts.log.write(`A message of unknown type on ${channel} was dropped.`);
      return;
    }
    void this.#answer(channel, message);
  }

  /** A comm message whose turn it is. */
  comm(message: Message): void {
    const comm = commFromWire(message);
    if (!comm) {
      this.#parts.log.write("A comm message without comm_id was dropped.");
      return;
    }
    const { publisher, runner } = this.#parts;
    publisher.status("busy", message.header);
    // After a restart a front end still has widgets of the kernel before; that is nothing for a cell's output.
    const known =
      comm.type === "comm_open" || Object.hasOwn(this.#parts.context(message).comms.info(undefined), comm.commId);
    if (known) this.#parts.comm(comm, runner.adopt(message));
    else this.#parts.log.write(`A ${comm.type} for a comm that is not open was dropped.`);
    publisher.status("idle", message.header);
    this.#busyAgain();
  }

  async #answer(channel: RequestChannel, message: Message): Promise<void> {
    const { publisher } = this.#parts;
    const name = message.header.msg_type.slice(0, -"_request".length);
    publisher.status("busy", message.header);
    let content: Content;
    try {
      const handler = this.#handlers.get(name);
      if (!handler) throw new Error(`The runlab kernel does not answer ${name}_request on ${channel}.`);
      content = { status: "ok", ...(await handler.handle(message.content, this.#parts.context(message))) };
    } catch (error) {
      const { name: ename, message: evalue } = error instanceof Error ? error : new Error(String(error));
      content = { status: "error", ename, evalue, traceback: [`${ename}: ${evalue}`] };
    }
    this.#parts.reply(channel, message, content, `${name}_reply`);
    publisher.status("idle", message.header);
    this.#busyAgain();
  }

  /** Front ends show the latest status: it is still "busy" while a cell runs. */
  #busyAgain(): void {
    const running = this.#parts.runner.running;
    if (running) this.#parts.publisher.status("busy", running.message.header);
  }
}
