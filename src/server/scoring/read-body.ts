import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.js";

/** Bytes of a body that is too large which are still read, and forgotten, so that its sender gets the answer. */
const discardLimit = 64 * 1024 * 1024;
const types = ["application/json", "text/csv"] as const;

export type BodyType = (typeof types)[number];

/** Which of the two it is. @throws {RequestError} 415 for another type, another charset than UTF-8, or a compressed body */
export function bodyType(request: IncomingMessage): BodyType {
  const { "content-type": header = "", "content-encoding": encoding = "identity" } = request.headers;
  const [type = "", ...parameters] = header.toLowerCase().split(";");
  const found = types.find((one) => one === type.trim());
  if (found === undefined) {
    throw unsupported(`The content type must be one of ${types.join(", ")}.`);
  }
  const charset = parameters.map((one) => /^charset\s*=\s*"?([^"\s]*)"?$/.exec(one.trim())?.[1]).find(Boolean);
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") {
    throw unsupported("The scoring server only supports UTF-8.");
  }
  if (encoding !== "identity") throw unsupported("Compressed bodies are not taken.");
  return found;
}

/** The body is said to be larger than the limit: nothing of it need be read. */
export function announcedTooLarge(request: IncomingMessage, limit: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > limit;
}

/**
 * The whole body as text.
 * @param limit - in bytes
 * @throws {RequestError} 413 beyond the limit, 400 for bytes that are no UTF-8 or a sender that went away
 */
export function readBody(request: IncomingMessage, limit: number): Promise<{ text: string; bytes: number }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    if (Number(request.headers["content-length"] ?? 0) > discardLimit) {
      reject(tooLarge(limit));
      return;
    }
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes <= discardLimit) return;
      request.pause();
      reject(tooLarge(limit));
    });
    request.on("end", () => {
      const text = bytes > limit ? undefined : decode(chunks);
      if (bytes > limit) reject(tooLarge(limit));
      else if (text === undefined) reject(new RequestError(400, "BAD_REQUEST", "The body is not valid UTF-8."));
      else resolve({ text, bytes });
    });
    const gone = () => reject(new RequestError(400, "BAD_REQUEST", "The body ended before its end."));
    request.on("error", gone);
    request.on("aborted", gone);
  });
}

/** @param limit - in bytes */
export function tooLarge(limit: number): RequestError {
  const size = limit >= 1024 * 1024 ? `${+(limit / 1024 / 1024).toFixed(1)} MB` : `${limit} bytes`;
  return new RequestError(413, "BAD_REQUEST", `The body is larger than ${size}, the limit of this server.`, {
    connection: "close",
  });
}

/** Without a byte order mark; undefined for what is no UTF-8. */
function decode(chunks: readonly Buffer[]): string | undefined {
  const [first] = chunks;
  const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  if (!isUtf8(whole)) return undefined;
  const text = whole.toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function unsupported(message: string): RequestError {
  return new RequestError(415, "BAD_REQUEST", message, { accept: types.join(", ") });
}
