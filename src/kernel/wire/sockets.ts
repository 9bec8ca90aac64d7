import { Reply, Router, XPublisher } from "zeromq";
import { type ConnectionInfo, endpoint } from "./connection.js";
import { IopubOutbox, type IopubOutboxParts, iopubLimit } from "./iopub-outbox.js";

type Frame = Buffer | string | Uint8Array;

/**
 * One direction of a socket. zeromq.js refuses a second `send` before the first is through (EBUSY), and drops
 * messages beyond its high water mark: so sends wait in a queue of ours, in order, none lost.
 */
class Outbox {
  readonly #socket: { send(frames: Frame[]): Promise<void> };
  readonly #onError: (error: unknown) => void;
  readonly #waiting: Frame[][] = [];
  #pump: Promise<void> | undefined;

  constructor(socket: { send(frames: Frame[]): Promise<void> }, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#onError = onError;
  }

  send(frames: Frame[]): void {
    this.#waiting.push(frames);
    this.#pump ??= this.#run();
  }

  /** Resolves when everything queued so far has been handed to ZeroMQ. */
  async flushed(): Promise<void> {
    while (this.#pump) await this.#pump;
  }

  async #run(): Promise<void> {
    let at = 0;
    for (;;) {
      const frames = this.#waiting[at];
      if (!frames) break;
      at += 1;
      try {
        await this.#socket.send(frames);
      } catch (error) {
        this.#onError(error);
      }
      if (at >= 1024) {
        this.#waiting.splice(0, at);
        at = 0;
      }
    }
    this.#waiting.length = 0;
    this.#pump = undefined;
  }
}

export interface SocketHandlers extends IopubOutboxParts {
  shell(frames: Buffer[]): void;
  control(frames: Buffer[]): void;
  stdin(frames: Buffer[]): void;
  /** A front end subscribed to this topic on iopub; "" is all. */
  subscribed(topic: Buffer): void;
}

/** The five sockets of a kernel, bound. */
export class Sockets {
  readonly shell: Outbox;
  readonly control: Outbox;
  readonly stdin: Outbox;
  readonly iopub: IopubOutbox;
  readonly #all: { close(): void }[];

  private constructor(
    outboxes: Record<"shell" | "control" | "stdin", Outbox>,
    iopub: IopubOutbox,
    all: { close(): void }[],
  ) {
    this.shell = outboxes.shell;
    this.control = outboxes.control;
    this.stdin = outboxes.stdin;
    this.iopub = iopub;
    this.#all = all;
  }

  /** Binds all channels and starts receiving. */
  static async bind(info: ConnectionInfo, handlers: SocketHandlers): Promise<Sockets> {
    // Zero means no limit; it must be set before `bind`. `linger` lets last words leave at shutdown, in ms.
    const options = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 };
    const router = () => new Router({ ...options, handover: true });
    const [shell, control, stdin] = [router(), router(), router()];
    const iopub = new XPublisher({
      ...options,
      sendHighWaterMark: iopubLimit,
      // Else some thousand short messages wait in the system's buffers, where an interrupt cannot drop them.
      sendBufferSize: 64 * 1024,
      noDrop: true,
      verbosity: "allSubs",
    });
    const heartbeat = new Reply({ linger: 0 });
    await Promise.all([
      shell.bind(endpoint(info, "shell")),
      control.bind(endpoint(info, "control")),
      stdin.bind(endpoint(info, "stdin")),
      iopub.bind(endpoint(info, "iopub")),
      heartbeat.bind(endpoint(info, "hb")),
    ]);
    void receive(shell, handlers.shell, handlers.error);
    void receive(control, handlers.control, handlers.error);
    void receive(stdin, handlers.stdin, handlers.error);
    void receive(iopub, ([event]) => event?.[0] === 1 && handlers.subscribed(event.subarray(1)), handlers.error);
    void receive(heartbeat, (frames) => heartbeat.send(frames), handlers.error);
    const outbox = (socket: { send(frames: Frame[]): Promise<void> }) => new Outbox(socket, handlers.error);
    const outboxes = { shell: outbox(shell), control: outbox(control), stdin: outbox(stdin) };
    return new Sockets(outboxes, new IopubOutbox(iopub, handlers), [shell, control, stdin, iopub, heartbeat]);
  }

  async flushed(): Promise<void> {
    await Promise.all([this.shell, this.control, this.stdin, this.iopub].map((outbox) => outbox.flushed()));
  }

  close(): void {
    for (const socket of this.#all) socket.close();
  }
}

async function receive(
  socket: AsyncIterable<Buffer[]>,
  handle: (frames: Buffer[]) => unknown,
  onError: (error: unknown) => void,
): Promise<void> {
  for await (const frames of socket) {
    try {
      await handle(frames);
    } catch (error) {
      onError(error);
    }
  }
}
