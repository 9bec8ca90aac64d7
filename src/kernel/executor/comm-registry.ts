import { KernelError } from "../../errors.js";
import type { CommMessage } from "../messages.js";
import type { CurrentCell } from "./cell-context.js";
import type { MainPort } from "./main-port.js";

type Data = Record<string, unknown>;

/** What arrives on a comm. */
export interface CommEvent {
  data: Data;
  metadata: Data;
  buffers: Uint8Array[];
}

/** One end of a channel between a front-end extension (a widget) and the kernel. @see Jupyter messaging, "Comms" */
class Comm {
  readonly id: string;
  readonly targetName: string;
  /** Called for each message of the other end. */
  onMessage: ((event: CommEvent) => void) | undefined;
  /** Called once, when the other end closes. */
  onClose: ((event: CommEvent) => void) | undefined;
  readonly #send: (message: CommMessage) => void;

  constructor(id: string, targetName: string, send: (message: CommMessage) => void) {
    this.id = id;
    this.targetName = targetName;
    this.#send = send;
  }

  send(data: Data, options: { metadata?: Data; buffers?: Uint8Array[] } = {}): void {
    this.#send({ type: "comm_msg", commId: this.id, data, ...options });
  }

  close(data: Data = {}): void {
    this.#send({ type: "comm_close", commId: this.id, data });
  }
}

/** The comms of a kernel, for widget libraries: `comms.registerTarget(name, …)` and `comms.open(name, data)`. */
export class CommRegistry {
  readonly #port: MainPort;
  readonly #cells: CurrentCell;
  readonly #open = new Map<string, Comm>();
  readonly #targets = new Map<string, (comm: Comm, event: CommEvent) => void>();

  constructor(port: MainPort, cells: CurrentCell) {
    this.#port = port;
    this.#cells = cells;
  }

  /** `opened` is called when the front end opens a comm of this target; the last registration of a name counts. */
  registerTarget(targetName: string, opened: (comm: Comm, event: CommEvent) => void): void {
    this.#targets.set(targetName, opened);
  }

  unregisterTarget(targetName: string): void {
    this.#targets.delete(targetName);
  }

  /** Opens a comm from the kernel's side. */
  open(targetName: string, data: Data = {}, options: { metadata?: Data; buffers?: Uint8Array[] } = {}): Comm {
    const comm = this.#make(crypto.randomUUID(), targetName);
    this.#send({ type: "comm_open", commId: comm.id, targetName, data, ...options });
    return comm;
  }

  /** Takes a message of the front end. */
  receive(message: CommMessage): void {
    const event = { data: message.data, metadata: message.metadata ?? {}, buffers: message.buffers ?? [] };
    if (message.type === "comm_open") {
      this.#opened(message, event);
      return;
    }
    const comm = this.#open.get(message.commId);
    if (!comm) {
      throw new KernelError("RESOURCE_DOES_NOT_EXIST", `No comm ${message.commId} is open in this kernel.`);
    }
    if (message.type === "comm_msg") {
      comm.onMessage?.(event);
      return;
    }
    this.#open.delete(message.commId);
    comm.onClose?.(event);
  }

  #opened(message: CommMessage, event: CommEvent): void {
    const target = this.#targets.get(message.targetName ?? "");
    // The protocol asks for a close when nobody in the kernel knows the target.
    if (!target) {
      this.#send({ type: "comm_close", commId: message.commId, data: {} });
      return;
    }
    target(this.#make(message.commId, message.targetName ?? ""), event);
  }

  #make(id: string, targetName: string): Comm {
    const comm = new Comm(id, targetName, (message) => this.#send(message));
    this.#open.set(id, comm);
    return comm;
  }

  #send(message: CommMessage): void {
    if (message.type === "comm_close") this.#open.delete(message.commId);
    this.#port.post({ type: "comm", cell: this.#cells.getStore()?.number, message });
  }
}
