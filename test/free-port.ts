import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems hand out by themselves: 32768 and more on Linux, 49152 and more on macOS and Windows. */
const range = { from: 10_000, to: 32_700 };

/** How many ports a process has for itself. */
const share = 100;

/**
 * The ports of a process, in order and for ever. Processes whose ids are near each other, as those of test files that run beside each
 * other are, have different ones.
 */
function* portsOf(pid: number): Generator<number, never> {
  const shares = Math.floor((range.to - range.from) / share);
  const first = range.from + (pid % shares) * share;
  for (let at = 0; ; at = (at + 1) % share) yield first + at;
}

const ports = portsOf(process.pid);

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
