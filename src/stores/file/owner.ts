import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process, told apart from a later one of the same pid by its start. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** Clock ticks since boot, with the boot's id; "" where the system does not tell. */
  start: string;
  /** Of the opened store: one process may have a store open twice. */
  id: string;
}

/** Of this process; a new `id` each time. */
export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, start: startOf(process.pid) ?? "", id: randomBytes(4).toString("hex") };
}

/** Whether a process of this host has ended; of another host nobody can tell from here, so it counts as alive. */
export function isDead({ host, pid, start }: Omit<ProcessIdentity, "id">): boolean {
  if (host !== hostname()) return false;
  if (process.platform === "linux" && start !== "") return startOf(pid) !== start;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)) with the boot id; undefined when there is no such process. A zombie has ended. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 8);
    return `${boot}-${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** A process as a file's name, to which more may be added; read by {@link processNamed}. */
export function nameOfProcess({ pid, start, host, id }: ProcessIdentity): string {
  return `${pid}@${start}@${encodeURIComponent(host)}@${id}`;
}

/** Undefined for a name that no process of ours has given. */
export function processNamed(name: string): Omit<ProcessIdentity, "id"> | undefined {
  const [pid = "", start, host] = name.split("@");
  if (!/^[1-9]\d{0,9}$/.test(pid) || start === undefined || host === undefined) return undefined;
  try {
    return { pid: Number(pid), start, host: decodeURIComponent(host) };
  } catch {
    // A stray `%`: the name is not an encoded one.
    return undefined;
  }
}
