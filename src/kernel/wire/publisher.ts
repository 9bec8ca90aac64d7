import type { ErrorContent, StreamName } from "../messages.js";
import type { Content, Header, Outgoing } from "./message.js";

/** Pause between two stream messages of one busy cell, ms: a reader sees it as live, a flood stays few messages. */
const streamPause = 20;

/**
 * A stream message is sent without waiting once it holds this many UTF-16 units: with the number of messages that may
 * wait in ZeroMQ, this bounds what a front end still has to read of a flood that has ended.
 */
const streamLimit = 64 * 1024;

interface PendingStream {
  parent: Partial<Header>;
  name: StreamName;
  chunks: string[];
  length: number;
  cost: number;
}

/** What goes out on iopub, in order. Streams are gathered a moment; any other message sends them first. */
export class Publisher {
  readonly #send: (message: Outgoing, cost: number) => void;
  #pending: PendingStream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastStream = 0;

  /** @param send - puts a message on iopub; `cost` is its part of the backlog, until it has been sent */
  constructor(send: (message: Outgoing, cost: number) => void) {
    this.#send = send;
  }

  status(state: "starting" | "busy" | "idle", parent: Partial<Header>): void {
    this.publish("status", { execution_state: state }, parent);
  }

  error(error: ErrorContent, parent: Partial<Header>): void {
    this.publish("error", { ...error }, parent);
  }

  /** @param text - not empty */
  stream(name: StreamName, text: string, parent: Partial<Header>, cost = 0): void {
    const pending = this.#pending;
    if (pending && (pending.name !== name || pending.parent.msg_id !== parent.msg_id)) this.flush();
    this.#pending ??= { parent, name, chunks: [], length: 0, cost: 0 };
    this.#pending.chunks.push(text);
    this.#pending.length += text.length;
    this.#pending.cost += cost;
    if (this.#pending.length >= streamLimit) {
      this.flush();
      return;
    }
    const wait = this.#lastStream + streamPause - performance.now();
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, wait));
  }

  publish(type: string, content: Content, parent: Partial<Header>, extra: Partial<Outgoing> = {}, cost = 0): void {
    this.flush();
    this.#send({ type, content, parent, ...extra }, cost);
  }

  /** Sends the stream gathered so far. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.#lastStream = performance.now();
    const content = { name: pending.name, text: pending.chunks.join("") };
    this.#send({ type: "stream", content, parent: pending.parent }, pending.cost);
  }
}
