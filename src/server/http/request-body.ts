import { isUtf8 } from "node:buffer";
import { Transform } from "node:stream";
import type { Exchange, Reception } from "./exchange.js";
import { HttpError } from "./http-error.js";

export interface BodyLimits {
  /** Largest body, in bytes. */
  size: number;
  /** ms that the client has: for all of a body that is read whole, without a byte for one that is streamed. */
  time: number;
}

/** The body's type and parameters, in lower case: `{ type: "text/csv", charset: "utf-8" }`. */
export function contentType(exchange: Exchange): { type: string; charset: string | undefined } {
  const header = (exchange.incoming.headers["content-type"] ?? "").toLowerCase();
  const end = header.indexOf(";");
  if (end < 0) return { type: header.trim(), charset: undefined };
  const parameters = header.slice(end + 1).split(";");
  const charset = parameters.map((one) => /^charset\s*=\s*"?([^"\s]*)"?$/.exec(one.trim())?.[1]).find(Boolean);
  return { type: header.slice(0, end).trim(), charset };
}

/**
 * The whole body as text, without a byte order mark.
 * @throws {HttpError} 413 beyond the limit, 408 when it comes too slowly, 415 when it is compressed, 400 for bytes that are no
 * UTF-8 or a sender that went away
 */
export async function readText(exchange: Exchange, limits: BodyLimits): Promise<string> {
  begin(exchange, limits.size);
  const { incoming } = exchange;
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const deadline = performance.now() + limits.time;
    receive(exchange, { overdue: (now) => now > deadline, fail: reject });
    incoming.on("data", (chunk: Buffer) => {
      exchange.bytesIn += chunk.length;
      if (exchange.bytesIn <= limits.size) chunks.push(chunk);
      else reject(tooLarge(limits.size));
    });
    incoming.on("end", resolve);
  });
  exchange.reception = undefined;
  const [first] = chunks;
  const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  if (!isUtf8(whole)) throw new HttpError(400, "BAD_REQUEST", "The body is not valid UTF-8.");
  const text = whole.toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/**
 * The body as a stream, as fast as its reader takes it. It fails as `readText` does; so does what it is piped to by `pipeline`.
 * @throws {HttpError} 413 when it says itself that it is too large, 415 when it is compressed
 */
export function bodyStream(exchange: Exchange, limits: BodyLimits): Transform {
  begin(exchange, limits.size);
  const { incoming } = exchange;
  let last = performance.now();
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      exchange.bytesIn += chunk.length;
      last = performance.now();
      if (exchange.bytesIn > limits.size) done(tooLarge(limits.size));
      else done(null, chunk);
    },
  });
  const overdue = (now: number) => {
    // The client waits while the stream's reader does.
    if (stream.writableNeedDrain) last = now;
    return now > last + limits.time;
  };
  receive(exchange, { overdue, fail: (error) => void stream.destroy(error) });
  stream.once("close", () => {
    exchange.reception = undefined;
    incoming.unpipe(stream);
  });
  return incoming.pipe(stream);
}

function begin(exchange: Exchange, limit: number): void {
  const { "content-encoding": encoding = "identity", "content-length": length = 0 } = exchange.incoming.headers;
  if (encoding.toLowerCase() !== "identity") {
    throw new HttpError(415, "BAD_REQUEST", "Compressed bodies are not supported.");
  }
  if (Number(length) > limit) throw tooLarge(limit);
  exchange.askForBody();
}

function receive(exchange: Exchange, reception: Reception): void {
  const gone = () => reception.fail(new HttpError(400, "BAD_REQUEST", "The body ended too early."));
  exchange.incoming.on("error", gone).on("aborted", gone);
  exchange.reception = reception;
}

/** @param limit - in bytes */
function tooLarge(limit: number): HttpError {
  const size = limit >= 1024 * 1024 ? `${+(limit / 1024 / 1024).toFixed(1)} MB` : `${limit} bytes`;
  return new HttpError(413, "BAD_REQUEST", `The body is larger than ${size}, the limit of this server.`);
}
