import { connect } from "node:net";

export interface LoadResult {
  requests: number;
  /** Of all but 200. */
  failed: number;
  seconds: number;
  /** ms of each request. */
  latencies: Float64Array;
}

/**
 * Sends requests over some connections, each of which waits for its answer before the next one. Raw sockets, and of one body a request
 * that is written once: the generator costs a fraction of what it measures.
 * @param url - without a path: of a scoring server
 * @param body - or what gives the next one
 * @param until - requests in all, or ms
 */
export async function load(
  url: string,
  body: string | (() => string),
  { connections, until }: { connections: number; until: { requests: number } | { ms: number } },
): Promise<LoadResult> {
  const { port, hostname, host, pathname } = new URL(url);
  const path = pathname === "/" ? "/invocations" : pathname;
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json`;
  const toRequest = (text: string) =>
    Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  const constant = typeof body === "string" ? toRequest(body) : undefined;
  const request = () => constant ?? toRequest(typeof body === "string" ? body : body());
  const times: number[] = [];
  const start = performance.now();
  const count = { begun: 0, failed: 0 };
  const more = () => ("requests" in until ? count.begun++ < until.requests : performance.now() - start < until.ms);
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname).setNoDelay(true);
      let sent = 0;
      let missing = -1;
      const next = () => {
        if (!more()) {
          socket.end();
          resolve();
          return;
        }
        missing = -1;
        sent = performance.now();
        socket.write(request());
      };
      socket.once("connect", next);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the server closed the connection")));
      socket.on("data", (chunk) => {
        // Headers come in one piece with the beginning of the body, as the server writes them together.
        if (missing < 0) {
          const end = chunk.indexOf("\r\n\r\n");
          const text = chunk.toString("latin1", 0, end);
          if (!text.startsWith("HTTP/1.1 200")) count.failed++;
          missing = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0) - (chunk.length - end - 4);
        } else missing -= chunk.length;
        if (missing > 0) return;
        times.push(performance.now() - sent);
        next();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  const seconds = (performance.now() - start) / 1000;
  return { requests: times.length, failed: count.failed, seconds, latencies: Float64Array.from(times) };
}
