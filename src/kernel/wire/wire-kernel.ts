import { type MessagePort, parentPort } from "node:worker_threads";
import { KernelError, reasonOf } from "../../errors.js";
import type { FromMain, PostedFromMain, ToMain, WireWorkerData } from "../messages.js";
import { Backlog } from "./backlog.js";
import { CellRunner } from "./cell-runner.js";
import { Comms } from "./comms.js";
import { readConnectionFile } from "./connection.js";
import { Ending, watchParent } from "./ending.js";
import { EngineClient } from "./engine-client.js";
import { ExecuteQueue } from "./execute-queue.js";
import type { HandlerContext } from "./handlers.js";
import { History, historyFolder } from "./history.js";
import { Input } from "./input.js";
import { Interrupter } from "./interrupter.js";
import { KeyQuestions } from "./key-questions.js";
import { Log } from "./log.js";
import type { Content, Message } from "./message.js";
import { OutputRelay } from "./output-relay.js";
import { Publisher } from "./publisher.js";
import { type RequestChannel, Requests } from "./requests.js";
import { Session } from "./session.js";
import { Sockets } from "./sockets.js";

/** Milliseconds that a front end which waits for the kernel takes for its first request. */
const firstRequests = 8;

/** The worker's half of the kernel: everything Jupyter, nothing of the user's. Made of parts that know each other here. */
export class WireKernel {
  readonly #data: WireWorkerData;
  readonly #log: Log;
  readonly #session: Session;
  readonly #backlog: Backlog;
  readonly #publisher: Publisher;
  readonly #runner: CellRunner;
  readonly #interrupter: Interrupter;
  readonly #input: Input;
  readonly #relay: OutputRelay;
  readonly #requests: Requests;
  readonly #ending: Ending;
  readonly #main: MainLink;
  readonly #engine: EngineClient;
  readonly #history: History;
  readonly #comms = new Comms();
  readonly #keys: KeyQuestions;
  #sockets: Sockets | undefined;

  constructor(data: WireWorkerData) {
    this.#data = data;
    this.#log = new Log(data.logDescriptor);
    const control = new Int32Array(data.control);
    const info = readConnectionFile(data.connectionFile);
    this.#session = new Session(info.key, info.signatureScheme);
    const backlog = new Backlog(control, () => this.#relay.relieved());
    this.#backlog = backlog;
    const publisher = new Publisher((message, cost) => {
      if (this.#sockets) this.#sockets.iopub.send(message, cost);
      else backlog.release(cost);
    });
    this.#publisher = publisher;
    this.#main = new MainLink((message) => this.#fromMain(message));
    const post = this.#main.post.bind(this.#main);
    this.#keys = new KeyQuestions(post);
    const engine = new EngineClient(data.engine, this.#log, (news) => this.#relay.say(`${news}\n`));
    this.#engine = engine;
    const history = new History(historyFolder(process.env), this.#log);
    this.#history = history;
    const runner = new CellRunner({
      engine,
      history,
      publisher,
      post,
      reply: (message, content) => this.#reply("shell", message, content, "execute_reply"),
      settleOutput: (cell) => {
        this.#relay.drain();
        this.#relay.sayDropped(cell);
      },
    });
    this.#runner = runner;
    const queue = new ExecuteQueue({
      execute: (message, failing) => runner.execute(message, failing),
      abort: (message) => runner.abort(message),
      other: (message) => this.#requests.comm(message),
    });
    const dropWaiting = (parentId: string | undefined) => this.#sockets?.iopub.drop(parentId) ?? 0;
    this.#relay = new OutputRelay(
      { publisher, runner, comms: this.#comms, backlog, post, dropWaiting },
      data.rawOutput,
    );
    this.#interrupter = new Interrupter(control, data.mayTerminate, {
      post,
      warn: () => this.#warn(),
      giveUp: () => void this.#ending.giveUp(),
    });
    this.#input = new Input(
      (message) => this.#sockets?.stdin.send(this.#session.serialize(message)),
      data.inputPort,
      control,
    );
    this.#requests = new Requests({
      log: this.#log,
      publisher,
      queue,
      runner,
      context: (message) => this.#context(message),
      comm: (message, cell) => {
        this.#comms.note(message);
        post({ type: "comm", cell, message });
      },
      reply: (channel, message, content, type) => this.#reply(channel, message, content, type),
    });
    this.#ending = new Ending({
      control,
      publisher,
      runner,
      queue,
      relay: this.#relay,
      engine,
      history,
      sockets: () => this.#sockets,
      post,
      interrupt: () => runner.running && this.interrupt(),
    });
    watchParent(() => void this.#ending.shutdown());
  }

  /** Binds the channels; kernel_info is answered from here on. The engine is started soon, or by the first cell. */
  async start(): Promise<void> {
    const info = readConnectionFile(this.#data.connectionFile);
    this.#sockets = await Sockets.bind(info, {
      shell: (frames) => this.#requests.take("shell", this.#session.parse(frames)),
      control: (frames) => this.#requests.take("control", this.#session.parse(frames)),
      stdin: (frames) => this.#input.reply(this.#session.parse(frames)),
      subscribed: (topic) => {
        const content = { subscription: topic.toString() };
        this.#publisher.publish("iopub_welcome", content, {}, { identities: [topic] });
        // What went out before is lost to it; JupyterLab calls a restarted kernel unknown until a status comes by itself.
        const running = this.#runner.running;
        this.#publisher.status(running ? "busy" : "idle", running?.message.header ?? {});
      },
      serialize: (message) => this.#session.serialize({ identities: [message.type], ...message }),
      released: (cost) => this.#backlog.release(cost),
      error: (error) => this.#log.error(error),
    });
    this.#publisher.status("starting", {});
    this.#main.post({ type: "bound" });
    // Making a process holds this thread for 5 ms, in which the front end's first kernel_info would have to wait.
    setTimeout(() => this.#engine.start(), firstRequests);
  }

  /** SIGINT has come. */
  signalled(): void {
    if (!this.#interrupter.isOwnSignal()) this.interrupt();
  }

  /** SIGINT, and interrupt_request. */
  interrupt(): void {
    if (this.#ending.begun) return;
    this.#input.cancel();
    const cell = this.#runner.running?.number;
    this.#interrupter.interrupt(cell);
    this.#relay.interrupted(cell);
    this.#runner.interruptCompile();
  }

  #context(message: Message): HandlerContext {
    return {
      engine: this.#engine,
      history: this.#history,
      comms: this.#comms,
      kernelVersion: this.#data.kernelVersion,
      languageVersion: this.#data.languageVersion,
      keys: (path) => this.#keys.ask(path),
      interrupt: () => this.interrupt(),
      shutdown: (restart) => void this.#ending.shutdown({ restart, header: message.header }),
    };
  }

  #reply(channel: RequestChannel, message: Message, content: Content, type: string): void {
    const { header: parent, identities } = message;
    this.#sockets?.[channel].send(this.#session.serialize({ type, content, parent, identities }));
  }

  #fromMain(message: PostedFromMain): void {
    this.#relay.drainBefore(message);
    switch (message.type) {
      case "done":
        this.#runner.done(message);
        return;
      case "evaluated":
        this.#runner.evaluated(message);
        return;
      case "interrupting":
        this.#interrupter.answered();
        return;
      case "input":
        this.#ask(message);
        return;
      case "drain":
        this.#main.post({ type: "drained", ticket: message.ticket });
        return;
      case "capture":
        this.#relay.capture(message.cell, message.on);
        return;
      case "inspect":
        void this.#inspect(message);
        return;
      case "reset":
        void this.#reset(message.ticket);
        return;
      case "module":
        void this.#module(message);
        return;
      case "keys":
        this.#keys.answer(message);
        return;
      case "replace":
        this.#runner.replace(message.cell, message.text);
        return;
      case "forget":
        this.#runner.forget(message.cell);
        return;
      case "exit":
        void this.#ending.farewell(message.code);
        return;
      case "closed":
        this.#ending.mainClosed();
        return;
      default:
        this.#relay.show(message);
        return;
    }
  }

  #ask({ cell, prompt, password }: FromMain & { type: "input" }): void {
    const running = this.#runner.running;
    // What the cell printed stands above its question.
    this.#publisher.flush();
    this.#input.ask(running?.number === cell ? running.message : undefined, prompt, password);
  }

  async #inspect({ ticket, name }: FromMain & { type: "inspect" }): Promise<void> {
    const request = { code: name, cursor: name.length };
    const bundle = await this.#engine.request("inspect", { request }).catch(() => null);
    this.#main.post({ type: "inspected", ticket, bundle });
  }

  async #reset(ticket: number): Promise<void> {
    try {
      await this.#engine.request("reset", {});
      this.#main.post({ type: "reset", ticket });
    } catch (error) {
      this.#main.post({ type: "reset", ticket, error: reasonOf(error) });
    }
  }

  async #module({ ticket, specifier, from }: FromMain & { type: "module" }): Promise<void> {
    try {
      const module = await this.#engine.request("module", { specifier, from });
      this.#main.post({ type: "module", ticket, module });
    } catch (error) {
      const said = reasonOf(error);
      this.#main.post({ type: "module", ticket, module: null, error: said });
    }
  }

  async #warn(): Promise<void> {
    const text =
      "The code does not answer the interrupt and is stopped by force. If the kernel restarts now, its variables are lost.\n";
    this.#relay.say(text, this.#runner.running?.number);
    this.#publisher.flush();
    await this.#sockets?.iopub.flushed();
  }
}

/** The worker's end of the channel to the main thread. */
class MainLink {
  readonly #port: MessagePort;

  constructor(onMessage: (message: PostedFromMain) => void) {
    if (!parentPort) throw new KernelError("INTERNAL_ERROR", "The wire runs in a worker thread only.");
    this.#port = parentPort;
    this.#port.on("message", onMessage);
  }

  post(message: ToMain): void {
    this.#port.postMessage(message);
  }
}
