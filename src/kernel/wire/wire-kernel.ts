import { ControlWord, type ErrorContent, type FromMain, type StreamName, type WireWorkerData } from "../messages.js";
import { CellRunner, interrupted } from "./cell-runner.js";
import { Comms, commFromWire, commToWire } from "./comms.js";
import { readConnectionFile } from "./connection.js";
import { EngineClient } from "./engine-client.js";
import { ExecuteQueue } from "./execute-queue.js";
import type { HandlerContext, RequestHandler } from "./handlers/handler.js";
import { requestHandlers } from "./handlers/table.js";
import { History, historyFolder } from "./history.js";
import { Input } from "./input.js";
import { Interrupter } from "./interrupter.js";
import { Log } from "./log.js";
import { MainLink } from "./main-link.js";
import type { Content, Header, Message } from "./message.js";
import { watchParent } from "./parent-watch.js";
import { Publisher } from "./publisher.js";
import { RawOutput } from "./raw-output.js";
import { Session } from "./session.js";
import { type Outbox, Sockets } from "./sockets.js";

type Channel = "shell" | "control";

/** Time that what is handed to ZeroMQ gets to leave this machine before the process ends, ms. ZeroMQ gives no sign. */
const parting = 50;

/** Time the main thread gets to save and close when the kernel ends, ms. */
const closing = 1500;

/** Raw output is looked for before other output at most this often, ms. */
const drainPause = 2;

/** The worker's half of the kernel: everything Jupyter, nothing of the user's. */
export class WireKernel {
  readonly #log: Log;
  readonly #data: WireWorkerData;
  readonly #control: Int32Array;
  readonly #session: Session;
  readonly #publisher: Publisher;
  readonly #runner: CellRunner;
  readonly #queue: ExecuteQueue;
  readonly #interrupter: Interrupter;
  readonly #input: Input;
  readonly #raw: RawOutput | undefined;
  readonly #main: MainLink;
  readonly #engine: EngineClient;
  readonly #history: History;
  readonly #comms = new Comms();
  readonly #handlers = new Map<string, RequestHandler>(requestHandlers.map((handler) => [handler.name, handler]));
  #sockets: Sockets | undefined;
  #ending = false;
  #mainClosed: (() => void) | undefined;
  #lastDrain = 0;
  /** The cell whose output is being captured. */
  #captured: number | undefined;

  constructor(data: WireWorkerData) {
    this.#data = data;
    this.#log = new Log(data.logDescriptor);
    this.#control = new Int32Array(data.control);
    const info = readConnectionFile(data.connectionFile);
    this.#session = new Session(info.key, info.signatureScheme);
    this.#publisher = new Publisher(
      (message) => this.#sockets?.iopub.send(this.#session.serialize({ identities: [message.type], ...message })),
      (units) => {
        Atomics.sub(this.#control, ControlWord.backlog, units);
        Atomics.notify(this.#control, ControlWord.backlog);
      },
    );
    this.#main = new MainLink((message) => this.#fromMain(message));
    this.#engine = new EngineClient(data.engine, this.#log, (reason) => this.#engineLost(reason));
    this.#history = new History(historyFolder(process.env), this.#log);
    this.#runner = new CellRunner({
      engine: this.#engine,
      history: this.#history,
      publisher: this.#publisher,
      post: (message) => this.#main.post(message),
      reply: (message, content) => this.#reply("shell", message, content),
      drain: () => this.#raw?.drain(),
    });
    this.#queue = new ExecuteQueue({
      execute: (message, failing) => this.#runner.execute(message, failing),
      abort: (message) => this.#runner.abort(message),
      other: (message) => this.#comm(message),
    });
    this.#interrupter = new Interrupter(this.#control, data.mayTerminate, {
      post: (message) => this.#main.post(message),
      warn: () => this.#warn(),
      giveUp: () => void this.#giveUp(),
    });
    this.#input = new Input(
      (message) => this.#sockets?.stdin.send(this.#session.serialize(message)),
      data.inputPort,
      this.#control,
    );
    this.#raw = data.rawOutput
      ? new RawOutput(data.rawOutput, (stream, text) => this.#takeRaw(stream, text))
      : undefined;
    watchParent(() => void this.#end());
  }

  /** Binds the channels, then starts the engine; kernel_info is answered from here on. */
  async start(): Promise<void> {
    const info = readConnectionFile(this.#data.connectionFile);
    this.#sockets = await Sockets.bind(info, {
      shell: (frames) => this.#take("shell", frames),
      control: (frames) => this.#take("control", frames),
      stdin: (frames) => this.#input.reply(this.#session.parse(frames)),
      subscribed: (topic) => {
        const content = { subscription: topic.toString() };
        this.#publisher.publish("iopub_welcome", content, {}, { identities: [topic] });
      },
      error: (error) => this.#log.error(error),
    });
    this.#publisher.status("starting", {});
    this.#main.post({ type: "bound" });
    this.#engine.start();
  }

  /** SIGINT, and interrupt_request. */
  interrupt(): void {
    if (this.#ending) return;
    this.#input.cancel();
    this.#interrupter.interrupt(this.#runner.running?.number);
    this.#runner.interruptCompile();
  }

  #take(channel: Channel, frames: Buffer[]): void {
    const message = this.#session.parse(frames);
    const type = message.header.msg_type;
    if (type === "execute_request" && channel === "shell") {
      this.#queue.push(message);
      return;
    }
    if (type === "comm_open" || type === "comm_msg" || type === "comm_close") {
      this.#queue.pushComm(message);
      return;
    }
    if (!type.endsWith("_request")) {
      this.#log.write(`A message of unknown type on ${channel} was dropped.`);
      return;
    }
    void this.#answer(channel, message);
  }

  async #answer(channel: Channel, message: Message): Promise<void> {
    const name = message.header.msg_type.slice(0, -"_request".length);
    this.#publisher.status("busy", message.header);
    let content: Content;
    try {
      const handler = this.#handlers.get(name);
      if (!handler) throw new Error(`The runlab kernel does not answer ${name}_request on ${channel}.`);
      content = { status: "ok", ...(await handler.handle(message.content, this.#context(message))) };
    } catch (error) {
      const { name: ename, message: evalue } = error instanceof Error ? error : new Error(String(error));
      content = { status: "error", ename, evalue, traceback: [`${ename}: ${evalue}`] };
    }
    this.#reply(channel, message, content, `${name}_reply`);
    this.#publisher.status("idle", message.header);
    // Front ends show the latest status: it is still "busy" while a cell runs.
    const running = this.#runner.running;
    if (running) this.#publisher.status("busy", running.message.header);
  }

  #context(message: Message): HandlerContext {
    return {
      engine: this.#engine,
      history: this.#history,
      comms: this.#comms,
      kernelVersion: this.#data.kernelVersion,
      languageVersion: this.#data.languageVersion,
      interrupt: () => this.interrupt(),
      shutdown: (restart) => void this.#end({ restart, header: message.header }),
    };
  }

  #reply(channel: Channel, message: Message, content: Content, type = "execute_reply"): void {
    const outbox: Outbox | undefined = this.#sockets?.[channel];
    const { header: parent, identities } = message;
    outbox?.send(this.#session.serialize({ type, content, parent, identities }));
  }

  #comm(message: Message): void {
    const comm = commFromWire(message);
    if (!comm) {
      this.#log.write("A comm message without comm_id was dropped.");
      return;
    }
    this.#publisher.status("busy", message.header);
    this.#comms.note(comm);
    this.#main.post({ type: "comm", cell: this.#runner.adopt(message), message: comm });
    this.#publisher.status("idle", message.header);
    const running = this.#runner.running;
    if (running) this.#publisher.status("busy", running.message.header);
  }

  #fromMain(message: FromMain): void {
    const now = performance.now();
    if (message.type !== "stream" || now - this.#lastDrain > drainPause) {
      this.#raw?.drain();
      this.#lastDrain = now;
    }
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
      case "input": {
        const running = this.#runner.running;
        this.#publisher.flush();
        this.#input.ask(
          running?.number === message.cell ? running.message : undefined,
          message.prompt,
          message.password,
        );
        return;
      }
      case "drain":
        this.#main.post({ type: "drained", ticket: message.ticket });
        return;
      case "capture":
        this.#captured = message.on ? message.cell : undefined;
        return;
      case "reset":
        void this.#reset(message.ticket);
        return;
      case "replace":
        this.#runner.replace(message.cell, message.text);
        return;
      case "forget":
        this.#runner.forget(message.cell);
        return;
      case "exit":
        void this.#farewell(message.code);
        return;
      case "closed":
        this.#mainClosed?.();
        return;
      default:
        this.#publish(message);
        return;
    }
  }

  #publish(message: Extract<FromMain, { type: "stream" | "display" | "update" | "clear" | "result" | "comm" }>): void {
    const { header, silent, count } = this.#runner.parent(message.cell);
    switch (message.type) {
      case "stream":
        if (silent) Atomics.sub(this.#control, ControlWord.backlog, message.text.length);
        else this.#publisher.stream(message.stream, message.text, header);
        return;
      case "comm": {
        this.#comms.note(message.message);
        const { type, content, extra } = commToWire(message.message);
        this.#publisher.publish(type, content, header, extra);
        return;
      }
    }
    if (!silent) this.#show(message, header, count);
  }

  #show(
    message: Extract<FromMain, { type: "display" | "update" | "clear" | "result" }>,
    header: Partial<Header>,
    count: number,
  ): void {
    switch (message.type) {
      case "display":
        this.#publisher.display(message.bundle, header, message.displayId);
        return;
      case "update":
        this.#publisher.update(message.bundle, header, message.displayId);
        return;
      case "clear":
        this.#publisher.publish("clear_output", { wait: message.wait }, header);
        return;
      case "result":
        this.#publisher.result(message.bundle, header, count);
        return;
    }
  }

  async #reset(ticket: number): Promise<void> {
    try {
      await this.#engine.request("reset", {});
      this.#main.post({ type: "reset", ticket });
    } catch (error) {
      this.#main.post({ type: "reset", ticket, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A line of the kernel's own under a cell. */
  #say(text: string, cell?: number): void {
    Atomics.add(this.#control, ControlWord.backlog, text.length);
    this.#publisher.stream("stderr", text, this.#runner.parent(cell).header);
  }

  #takeRaw(stream: StreamName, text: string): void {
    const running = this.#runner.running?.number;
    const held = running !== undefined && running === this.#captured;
    const { header, silent } = this.#runner.parent(running);
    if (!held && !silent) {
      Atomics.add(this.#control, ControlWord.backlog, text.length);
      this.#publisher.stream(stream, text, header);
    }
    if (running !== undefined) this.#main.post({ type: "raw", stream, text, held });
  }

  #engineLost(reason: string): void {
    const text =
      `The TypeScript engine process ended (${reason}) and is started again. Values of earlier cells are kept, ` +
      "but their names are not known to the type checker: run the cells that declare them again.\n";
    this.#say(text);
  }

  async #warn(): Promise<void> {
    const text =
      "The code does not answer the interrupt and is stopped by force. If the kernel restarts now, its variables are lost.\n";
    this.#say(text, this.#runner.running?.number);
    this.#publisher.flush();
    await this.#sockets?.iopub.flushed();
  }

  /** The running cell cannot be stopped with state kept: say so, then let the front end start a new kernel. */
  async #giveUp(): Promise<void> {
    await this.#lastWords({
      ...interrupted,
      evalue: "The cell could not be interrupted; the kernel restarts and its variables are lost.",
    });
    process.kill(process.pid, "SIGKILL");
  }

  /** A cell called `process.exit`; the main thread stands still until its last words have left. */
  async #farewell(code: number): Promise<void> {
    const evalue = `process.exit(${code}) was called: the kernel ends, and its variables are lost. The front end starts a new one.`;
    await this.#lastWords({ ename: "KernelExit", evalue, traceback: [] });
    Atomics.store(this.#control, ControlWord.farewell, 1);
    Atomics.notify(this.#control, ControlWord.farewell);
  }

  async #lastWords(error: ErrorContent): Promise<void> {
    this.#ending = true;
    const content = { ...error, traceback: [`${error.ename}: ${error.evalue}`] };
    if (this.#runner.running) this.#runner.end(content);
    else this.#say(`${content.traceback.join("\n")}\n`);
    this.#queue.close();
    // The replies go out in promise turns of the queue.
    await new Promise((done) => setImmediate(done));
    await this.#leave();
  }

  async #end(request?: { restart: boolean; header: Header }): Promise<void> {
    if (this.#ending) return;
    this.#input.cancel();
    this.#queue.close();
    if (this.#runner.running) this.interrupt();
    this.#ending = true;
    const closed = new Promise<void>((resolve) => {
      this.#mainClosed = resolve;
    });
    this.#main.post({ type: "shutdown" });
    const stuck = setTimeout(() => void this.#leave().then(() => process.kill(process.pid, "SIGKILL")), closing);
    await closed;
    clearTimeout(stuck);
    if (request) this.#publisher.publish("shutdown_reply", { status: "ok", restart: request.restart }, request.header);
    await this.#leave();
    // Ends this thread; the main thread then ends the process.
    process.exit(0);
  }

  async #leave(): Promise<void> {
    this.#publisher.flush();
    this.#engine.close();
    this.#history.close();
    await this.#sockets?.flushed();
    await new Promise((done) => setTimeout(done, parting));
    this.#sockets?.close();
    this.#raw?.close();
  }
}
