import type { Readable, Writable } from "node:stream";
import { deserialize, serialize } from "node:v8";

/** Bytes before a message that tell its length. */
const headSize = 4;

/**
 * Writes one message to a stream: as V8 serializes it, behind its length.
 * @param written - called when it has left, or with the reason why it could not
 */
export function writeFrame(stream: Writable, message: unknown, written?: (error?: Error | null) => void): void {
  const body = serialize(message);
  const head = Buffer.allocUnsafe(headSize);
  head.writeUInt32BE(body.length);
  stream.cork();
  stream.write(head);
  stream.write(body, written);
  stream.uncork();
}

/** Hands each message that arrives on a stream to `take`, whole and in order. */
export function readFrames(stream: Readable, take: (message: unknown) => void): void {
  const waiting: { parts: Buffer[]; size: number; wanted: number } = { parts: [], size: 0, wanted: headSize };
  stream.on("data", (part: Buffer) => {
    waiting.parts.push(part);
    waiting.size += part.length;
    while (waiting.size >= waiting.wanted) {
      const all = waiting.parts.length === 1 ? waiting.parts[0] : undefined;
      const bytes = all ?? Buffer.concat(waiting.parts);
      const length = headSize + bytes.readUInt32BE(0);
      if (bytes.length < length) {
        waiting.parts = [bytes];
        waiting.wanted = length;
        return;
      }
      take(deserialize(bytes.subarray(headSize, length)));
      const rest = bytes.subarray(length);
      waiting.parts = rest.length > 0 ? [rest] : [];
      waiting.size = rest.length;
      waiting.wanted = headSize;
    }
  });
}
