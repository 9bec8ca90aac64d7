import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { KernelError } from "../../errors.js";
import { KernelInterrupt } from "../kernel-interrupt.js";
import { ControlWord, type InputAnswer } from "../messages.js";
import type { CurrentCell } from "./cell-context.js";
import type { MainPort } from "./main-port.js";

/** `prompt`, `confirm` and `password`: like a browser's, they stand still until the user has answered. */
export class InputGlobals {
  readonly #port: MainPort;
  readonly #answers: MessagePort;
  readonly #control: Int32Array;
  readonly #cells: CurrentCell;

  constructor(port: MainPort, answers: MessagePort, control: Int32Array, cells: CurrentCell) {
    this.#port = port;
    this.#answers = answers;
    this.#control = control;
    this.#cells = cells;
  }

  globals(): Record<string, unknown> {
    return {
      prompt: (message = "", preset = "") => this.#ask(String(message), false) || String(preset),
      confirm: (message = "") => this.confirm(String(message)),
      password: (message = "") => this.#ask(String(message), true),
    };
  }

  /** @throws {KernelError} INVALID_STATE when the front end takes no input */
  confirm(question: string): boolean {
    return /^(y|yes|true|ok|1)$/i.test(this.#ask(`${question} [y/N] `, false).trim());
  }

  /**
   * @throws {KernelError} INVALID_STATE when the front end takes no input, or no cell is running
   * @throws {KernelInterrupt} when the user interrupts instead of answering
   */
  #ask(prompt: string, password: boolean): string {
    const cell = this.#cells.getStore();
    if (!cell?.allowStdin) throw noInput("this front end does not take input (allow_stdin is false)");
    while (receiveMessageOnPort(this.#answers)) {
      // An answer to a question that was interrupted.
    }
    let seen = Atomics.load(this.#control, ControlWord.input);
    this.#port.post({ type: "input", cell: cell.number, prompt, password });
    for (;;) {
      Atomics.wait(this.#control, ControlWord.input, seen);
      seen = Atomics.load(this.#control, ControlWord.input);
      const answer = receiveMessageOnPort(this.#answers)?.message as InputAnswer | undefined;
      if (answer) {
        if ("value" in answer) return answer.value;
        throw noInput(answer.refused);
      }
      if (Atomics.load(this.#control, ControlWord.interrupt) === 1) throw new KernelInterrupt();
    }
  }
}

function noInput(why: string): KernelError {
  return new KernelError("INVALID_STATE", `No input can be asked for: ${why}.`, {
    hint: "Set the value in a cell, or read it from process.env.",
  });
}
