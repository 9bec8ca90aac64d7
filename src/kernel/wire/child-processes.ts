import { readdirSync, readFileSync } from "node:fs";

/**
 * Processes that the main thread has started, and what those have started, as far as they are of this process's group. The
 * engine process is not one of them, since the wire's thread starts it.
 * @returns undefined where the platform does not tell: all but Linux
 * @see proc(5), `/proc/pid/task/tid/children`
 */
export function childProcesses(): number[] | undefined {
  try {
    const own = readChildren(process.pid, process.pid);
    const group = groupOf(process.pid);
    return own.flatMap((pid) => [pid, ...descendants(pid)]).filter((pid) => groupOf(pid) === group);
  } catch {
    return undefined;
  }
}

function descendants(pid: number): number[] {
  const children = threads(pid).flatMap((thread) => readChildren(pid, thread));
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** None for a process that has ended meanwhile. */
function threads(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

function readChildren(pid: number, thread: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch (error) {
    if (pid === process.pid) throw error;
    return [];
  }
}

/** The process group; undefined for a process that has ended meanwhile. */
function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // pid (name) state parent group …; the name may hold anything, brackets too.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return undefined;
  }
}
