import type { MessagePort } from "node:worker_threads";
import { ControlWord, type InputAnswer } from "../messages.js";
import type { Message, Outgoing } from "./message.js";

/** Questions of cells to the user: `input_request` out, `input_reply` back to a main thread that stands still. */
export class Input {
  readonly #send: (message: Outgoing) => void;
  readonly #port: MessagePort;
  readonly #control: Int32Array;
  #open = false;

  constructor(send: (message: Outgoing) => void, port: MessagePort, control: Int32Array) {
    this.#send = send;
    this.#port = port;
    this.#control = control;
  }

  /** @param asked - the execute_request whose cell asks; undefined when its front end takes no questions */
  ask(asked: Message | undefined, prompt: string, password: boolean): void {
    if (!asked || asked.content.allow_stdin === false) {
      this.#answer({ refused: "this front end does not take input (allow_stdin is false)" });
      return;
    }
    this.#open = true;
    this.#send({
      type: "input_request",
      content: { prompt, password },
      parent: asked.header,
      identities: asked.identities,
    });
  }

  /** An input_reply; one that nobody waits for is dropped. */
  reply(message: Message): void {
    if (!this.#open || message.header.msg_type !== "input_reply") return;
    const { value } = message.content;
    this.#answer({ value: typeof value === "string" ? value : "" });
  }

  /** The cell that asked has ended or was interrupted: an answer that comes later is dropped. */
  cancel(): void {
    this.#open = false;
  }

  #answer(answer: InputAnswer): void {
    this.#open = false;
    this.#port.postMessage(answer);
    Atomics.add(this.#control, ControlWord.input, 1);
    Atomics.notify(this.#control, ControlWord.input);
  }
}
