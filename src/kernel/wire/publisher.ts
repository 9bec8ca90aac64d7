import type { MimeBundle } from "../../render/mime-bundle.js";
import type { ErrorContent, StreamName } from "../messages.js";
import type { Content, Header, Outgoing } from "./message.js";

/** Pause between two stream messages of one busy cell, ms: a reader sees it as live, a flood stays few messages. */
const streamPause = 20;

/** A stream message is sent without waiting once it holds this many UTF-16 units. */
const streamLimit = 256 * 1024;

interface PendingStream {
  parent: Partial<Header>;
  name: StreamName;
  chunks: string[];
  length: number;
}

/** What goes out on iopub, in order. Streams are gathered a moment; any other message sends them first. */
export class Publisher {
  readonly #send: (message: Outgoing) => void;
  readonly #published: (units: number) => void;
  #pending: PendingStream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastStream = 0;

  /**
   * @param send - puts a message on iopub
   * @param published - told how many UTF-16 units of stream have left
   */
  constructor(send: (message: Outgoing) => void, published: (units: number) => void) {
    this.#send = send;
    this.#published = published;
  }

  status(state: "starting" | "busy" | "idle", parent: Partial<Header>): void {
    this.publish("status", { execution_state: state }, parent);
  }

  error(error: ErrorContent, parent: Partial<Header>): void {
    this.publish("error", { ...error }, parent);
  }

  display(bundle: MimeBundle, parent: Partial<Header>, displayId?: string): void {
    this.publish("display_data", bundleContent(bundle, displayId), parent);
  }

  update(bundle: MimeBundle, parent: Partial<Header>, displayId: string): void {
    this.publish("update_display_data", bundleContent(bundle, displayId), parent);
  }

  result(bundle: MimeBundle, parent: Partial<Header>, count: number): void {
    this.publish("execute_result", { ...bundleContent(bundle), execution_count: count }, parent);
  }

  stream(name: StreamName, text: string, parent: Partial<Header>): void {
    if (text === "") return;
    const pending = this.#pending;
    if (pending && (pending.name !== name || pending.parent.msg_id !== parent.msg_id)) this.flush();
    this.#pending ??= { parent, name, chunks: [], length: 0 };
    this.#pending.chunks.push(text);
    this.#pending.length += text.length;
    if (this.#pending.length >= streamLimit) {
      this.flush();
      return;
    }
    const wait = this.#lastStream + streamPause - performance.now();
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, wait));
  }

  publish(type: string, content: Content, parent: Partial<Header>, extra: Partial<Outgoing> = {}): void {
    this.flush();
    this.#send({ type, content, parent, ...extra });
  }

  /** Sends the stream gathered so far. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.#lastStream = performance.now();
    this.#send({
      type: "stream",
      content: { name: pending.name, text: pending.chunks.join("") },
      parent: pending.parent,
    });
    this.#published(pending.length);
  }
}

function bundleContent(bundle: MimeBundle, displayId?: string): Content {
  const transient = displayId === undefined ? {} : { display_id: displayId };
  return { data: bundle.data, metadata: bundle.metadata ?? {}, transient };
}
