import { Session as Inspector } from "node:inspector";
import { ControlWord, EntryCheck, type ToMain } from "../messages.js";
import { childProcesses } from "./child-processes.js";

/** Time the main thread has to answer before functions throw the interrupt when they are entered, ms. */
const loopTimeout = 10;

/** Time after which not only the next function throws but all of them, ms: what cleans up behind one throw is mostly done. */
const chainTimeout = 60;

/** Time that code which has seen the interrupt gets to clean up, ms; a slow first run of a session takes 100. */
const cleanup = 2000;

/** Longest time that code gets which sees the interrupt over and over: a chain of 100,000 promises that catch it, say, ms. */
const unwinding = 4000;

/** Processor time that this process must have had before its main thread counts as stuck, µs, and how long that may take, ms. */
const fairShare = 30_000;
const longestWait = 1000;

/** Time between two looks at code that has seen the interrupt, ms. */
const again = 25;

/** Time between two attempts, ms. */
const between = 150;

/** Time a child process that the main thread stands waiting for gets to end on SIGINT, before JavaScript is terminated, ms. */
const childTimeout = 20;

/** Longest way of a SIGINT from this process to itself, ms; one that comes later is the front end's. */
const ownSignalTravel = 1000;

/** When nothing has helped, the kernel must go, ms. A native call (a big sort, a zip) may well end before. */
const lastResort = 5000;

/**
 * Node 20 and 22 end the process when what is terminated stands after an `await` (an assertion in
 * InternalCallbackScope::Close); Node 24 does not. Loops of compiled cells are not terminated and so not at risk.
 */
const terminationIsRisky = Number.parseInt(process.versions.node, 10) < 24;

/** Time the main thread has to answer before its JavaScript is terminated, ms; the target for the whole is 100. */
const terminationTimeout = terminationIsRisky ? 80 : 40;

export interface InterruptTarget {
  post(message: ToMain): void;
  /** JavaScript will be terminated, which may end the process: the user is told before. */
  warn(): Promise<void>;
  /** The main thread stands in something that no interrupt reaches. */
  giveUp(): void;
}

/**
 * Stops what the main thread is doing, by the mildest means that works: a flag that compiled loops read and a message
 * that ends awaits; then a flag that compiled functions read; then SIGINT to child processes, for `execSync`; then `Runtime.terminateExecution` for a regex or a
 * library's loop; then the end of the process.
 */
export class Interrupter {
  readonly #control: Int32Array;
  readonly #mayTerminate: boolean;
  readonly #target: InterruptTarget;
  #inspector: Inspector | undefined;
  #timer: NodeJS.Timeout | undefined;
  #started = 0;
  #cpu = process.cpuUsage();
  /** When code was last seen to have taken notice, in ms after the start. */
  #noticed = Number.NEGATIVE_INFINITY;
  #terminated = false;
  #insisted = false;
  /** When SIGINT was last sent to the process group. */
  #ownSignal = Number.NEGATIVE_INFINITY;

  constructor(control: Int32Array, mayTerminate: boolean, target: InterruptTarget) {
    this.#control = control;
    this.#mayTerminate = mayTerminate;
    this.#target = target;
  }

  /** @param cell - the cell that runs; undefined when only timers may be running */
  interrupt(cell: number | undefined): void {
    Atomics.store(this.#control, ControlWord.noticed, 0);
    Atomics.store(this.#control, ControlWord.interrupt, 1);
    // A cell that waits in `prompt()` wakes up and looks at the flag.
    Atomics.add(this.#control, ControlWord.input, 1);
    Atomics.notify(this.#control, ControlWord.input);
    // One that waits to print does too.
    Atomics.notify(this.#control, ControlWord.backlog);
    this.#target.post({ type: "interrupt", cell });
    if (this.#timer) return;
    this.#started = performance.now();
    this.#cpu = process.cpuUsage();
    this.#terminated = false;
    this.#insisted = false;
    this.#noticed = Number.NEGATIVE_INFINITY;
    Atomics.store(this.#control, ControlWord.entry, EntryCheck.off);
    this.#timer = setTimeout(() => this.#stopFunctions(cell), loopTimeout);
  }

  /** Whether a SIGINT that has come is the one that was meant for child processes: the next cell is not to feel it. */
  isOwnSignal(): boolean {
    const own = performance.now() - this.#ownSignal < ownSignalTravel;
    this.#ownSignal = Number.NEGATIVE_INFINITY;
    return own;
  }

  /** The main thread has taken notice. */
  answered(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#terminated) this.#target.post({ type: "terminated" });
    this.#terminated = false;
  }

  /** For recursion, and for callbacks that follow each other without the event loop's ever turning. */
  #stopFunctions(cell: number | undefined): void {
    this.#checkEntries(EntryCheck.once);
    this.#timer = setTimeout(() => this.#insist(cell), terminationTimeout - loopTimeout);
  }

  /** Unless the main thread has taken notice, whose message may be under way. */
  #checkEntries(check: number): void {
    for (const before of [EntryCheck.off, EntryCheck.once]) {
      Atomics.compareExchange(this.#control, ControlWord.entry, before, check);
    }
  }

  #insist(cell: number | undefined): void {
    const waited = performance.now() - this.#started;
    if (Atomics.exchange(this.#control, ControlWord.noticed, 0) === 1) this.#noticed = waited;
    if (waited < Math.min(this.#noticed + cleanup, unwinding)) {
      if (waited >= chainTimeout) this.#checkEntries(EntryCheck.always);
      this.#timer = setTimeout(() => this.#insist(cell), again);
      return;
    }
    if (waited > lastResort) {
      this.#timer = undefined;
      this.#target.giveUp();
      return;
    }
    const first = !this.#insisted;
    this.#insisted = true;
    const signalled = this.#interruptChildren();
    this.#timer = setTimeout(() => this.#insist(cell), first && signalled ? childTimeout : between);
    if ((first && signalled) || !this.#mayTerminate || this.#isStarved(waited)) return;
    if (this.#terminated || !terminationIsRisky) this.#terminate(cell);
    else void this.#target.warn().then(() => this.#timer && this.#terminate(cell));
    this.#terminated = true;
  }

  /** On a machine that is busy elsewhere, the main thread may not have had its turn to take notice. */
  #isStarved(waited: number): boolean {
    const { user, system } = process.cpuUsage(this.#cpu);
    return user + system < fairShare && waited < longestWait;
  }

  /**
   * A main thread that stands in `execSync` waits for a child process, which no interrupt of JavaScript reaches.
   * @returns whether there may be such processes
   */
  #interruptChildren(): boolean {
    const children = childProcesses();
    if (!children) return this.#interruptGroup();
    for (const pid of children) signal(pid);
    return children.length > 0;
  }

  /** As ipykernel does it: SIGINT goes to the whole process group, and so to this process too. */
  #interruptGroup(): boolean {
    const isOwnGroup = signal(-process.pid);
    if (isOwnGroup) this.#ownSignal = performance.now();
    return isOwnGroup;
  }

  #terminate(cell: number | undefined): void {
    this.#inspect().post("Runtime.terminateExecution");
    this.#target.post({ type: "interrupt", cell });
  }

  #inspect(): Inspector {
    if (!this.#inspector) {
      this.#inspector = new Inspector();
      this.#inspector.connectToMainThread();
    }
    return this.#inspector;
  }
}

/** @returns false when there is no such process; no such group, when the kernel was started by hand */
function signal(pid: number): boolean {
  try {
    return process.kill(pid, "SIGINT");
  } catch {
    return false;
  }
}
