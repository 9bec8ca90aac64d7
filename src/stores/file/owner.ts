import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, told apart from a later one of the same pid by its start, and from those of other machines and containers. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** Clock ticks since boot, after the boot's id and a `-`; "" where the system does not tell. */
  start: string;
  /** In which `pid` and `start` mean something: the PID and the time namespace on Linux. Absent where the system does not tell. */
  namespace?: string;
  /** Of the opened store: one process may have a store open twice. */
  id: string;
}

/** Of this process; a new `id` each time. */
export function thisProcess(): ProcessIdentity {
  const namespace = ownNamespace();
  const start = namespace === undefined ? undefined : statusOf(process.pid)?.start;
  return {
    host: hostname(),
    pid: process.pid,
    start: start ?? "",
    ...(start === undefined ? {} : { namespace }),
    id: randomBytes(4).toString("hex"),
  };
}

export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.id === b.id && a.start === b.start && a.host === b.host && a.namespace === b.namespace;
}

/**
 * Whether a process lives. `unknown`: it cannot be asked from here. It is of another host, of another container, of a machine with
 * the same name, of an earlier boot of what may be this machine, or hidden from this user.
 */
export type Life = "alive" | "dead" | "unknown";

export function lifeOf(other: Omit<ProcessIdentity, "id">, self: ProcessIdentity): Life {
  if (other.host !== self.host || other.namespace !== self.namespace || bootOf(other) !== bootOf(self))
    return "unknown";
  if (process.platform === "linux") {
    // Without /proc nothing tells in which namespace a pid is meant.
    if (self.namespace === undefined) return "unknown";
    const status = statusOf(other.pid);
    if (status !== undefined) return !status.ended && status.start === other.start ? "alive" : "dead";
    // A process of another user may be hidden from /proc: proc(5), hidepid.
    return exists(other.pid) ? "unknown" : "dead";
  }
  return exists(other.pid) ? "alive" : "dead";
}

function bootOf({ start }: Pick<ProcessIdentity, "start">): string {
  return start.slice(0, start.indexOf("-"));
}

/** Undefined without /proc, or when it is that of another namespace, where this process has another pid. */
function ownNamespace(): string | undefined {
  try {
    if (readlinkSync("/proc/self") !== String(process.pid)) return undefined;
    const [pid, time] = ["pid", "time"].map((kind) => {
      try {
        return /\d+/.exec(readlinkSync(`/proc/self/ns/${kind}`))?.[0] ?? "";
      } catch {
        // Kernels before 5.6 have no time namespaces.
        return "";
      }
    });
    return pid === "" ? undefined : `${pid}.${time}`;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)) with the boot id; undefined when there is no such process to be seen. A zombie has ended. */
function statusOf(pid: number): { start: string; ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 8);
    return { start: `${boot}-${fields[19]}`, ended: fields[0] === "Z" || fields[0] === "X" };
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** A process as a file's name, to which more may be added; read by {@link processNamed}. */
export function nameOfProcess({ pid, start, host, namespace, id }: ProcessIdentity): string {
  return `${pid}@${start}@${encodeURIComponent(host)}@${namespace ?? ""}@${id}`;
}

/** Undefined for a name that no process of ours has given. */
export function processNamed(name: string): Omit<ProcessIdentity, "id"> | undefined {
  // Four parts: written before processes had a namespace.
  const [pid = "", start, host, ...rest] = name.split("@");
  if (!/^[1-9]\d{0,9}$/.test(pid) || start === undefined || host === undefined) return undefined;
  try {
    const namespace = rest.length > 1 && rest[0] ? { namespace: rest[0] } : {};
    return { pid: Number(pid), start, host: decodeURIComponent(host), ...namespace };
  } catch {
    // A stray `%`: the name is not an encoded one.
    return undefined;
  }
}
