import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Below the ports that systems hand out by themselves: 32768 and more on Linux, 49152 and more on macOS and Windows. */
const range = { from: 10_000, to: 32_700 };

/** How many ports a process has for itself. */
const share = 100;

/** A file per share that a process has, named after its first port, with the process's id; test/python/conftest.py looks here too. */
const claims = join(tmpdir(), "runlab-test-ports");

/** The first port of a share that no other process has: test files run beside each other, and beside pytest. */
function claimedShare(): number {
  mkdirSync(claims, { recursive: true });
  const shares = Math.floor((range.to - range.from) / share);
  for (let at = 0; at < shares; at++) {
    const first = range.from + ((process.pid + at) % shares) * share;
    const claim = join(claims, String(first));
    if (!isClaimed(claim)) continue;
    process.on("exit", () => rmSync(claim, { force: true }));
    return first;
  }
  throw new Error(`Every port is claimed in ${claims}.`);
}

/** Claims it, also when the process that had it is gone. */
function isClaimed(claim: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(claim, String(process.pid), { flag: "wx" });
      return true;
    } catch {
      if (isHeld(claim)) return false;
      rmSync(claim, { force: true });
    }
  }
  return false;
}

function isHeld(claim: string): boolean {
  try {
    const pid = Number(readFileSync(claim, "utf8"));
    // 0: it has not been written yet.
    return pid === 0 || process.kill(pid, 0);
  } catch {
    // It has been given back, or its process is gone.
    return false;
  }
}

/** The ports of this process, in order and for ever. */
function* portsOfProcess(): Generator<number, never> {
  const first = claimedShare();
  for (let at = 0; ; at = (at + 1) % share) yield first + at;
}

const ports = portsOfProcess();

/**
 * A port of the loopback that nothing listens on. No other process gets it either: a server that is given it may take its time to
 * start, and may leave it and come back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.next().value;
    const server = createServer();
    const listening = once(server, "listening").then(
      () => true,
      () => false,
    );
    server.listen(port, "127.0.0.1");
    if (!(await listening)) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
