import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { KernelError } from "../../errors.js";
import { type Header, type Message, type Outgoing, protocolVersion } from "./message.js";

const delimiter = Buffer.from("<IDS|MSG>");

/** Signatures remembered against replay; jupyter_client remembers the same number (`digest_history_size`). */
const rememberedSignatures = 65_536;

/** Signs what goes out, checks what comes in, and gives both their ids. One per kernel, for all channels. */
export class Session {
  readonly id = randomUUID();
  readonly #key: string;
  readonly #algorithm: string;
  readonly #seen = new Set<string>();

  /**
   * @param key - an empty one means that messages are neither signed nor checked, as Jupyter defines it
   * @param scheme - "hmac-sha256", or another hash that Node knows
   */
  constructor(key: string, scheme: string) {
    this.#key = key;
    this.#algorithm = scheme.replace(/^hmac-/, "");
    if (key !== "") this.#sign([]);
  }

  /**
   * Turns frames into a message.
   * @throws {KernelError} BAD_REQUEST for malformed frames, PERMISSION_DENIED for a wrong or replayed signature;
   *   the message names neither the key nor any content
   */
  parse(frames: readonly Buffer[]): Message {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    if (at < 0) throw new KernelError("BAD_REQUEST", "A message without delimiter was dropped.");
    const [signature, ...parts] = frames.slice(at + 1);
    const [header, parent, metadata, content, ...buffers] = parts;
    if (!signature || !header || !parent || !metadata || !content) {
      throw new KernelError("BAD_REQUEST", `A message of ${frames.length} frames was dropped; 6 or more are needed.`);
    }
    this.#verify(signature, [header, parent, metadata, content]);
    return {
      identities: frames.slice(0, at),
      header: checkHeader(parseObject(header, "header")),
      parentHeader: parseObject(parent, "parent header") as Partial<Header>,
      metadata: parseObject(metadata, "metadata"),
      content: parseObject(content, "content"),
      buffers,
    };
  }

  /** The frames of a message, signed. */
  serialize(message: Outgoing): (Buffer | string | Uint8Array)[] {
    const header: Header = {
      msg_id: randomUUID(),
      msg_type: message.type,
      session: this.id,
      username: "kernel",
      date: new Date().toISOString(),
      version: protocolVersion,
    };
    const parts = [header, message.parent ?? {}, message.metadata ?? {}, message.content].map((part) =>
      Buffer.from(wellFormed(JSON.stringify(part))),
    );
    const signature = this.#key === "" ? "" : this.#sign(parts);
    return [...(message.identities ?? []), delimiter, signature, ...parts, ...(message.buffers ?? [])];
  }

  #sign(parts: readonly Buffer[]): string {
    const hmac = createHmac(this.#algorithm, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  #verify(signature: Buffer, parts: readonly Buffer[]): void {
    if (this.#key === "") return;
    const expected = Buffer.from(this.#sign(parts));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new KernelError("PERMISSION_DENIED", "A message with a wrong signature was dropped.");
    }
    const text = signature.toString("latin1");
    if (this.#seen.has(text)) throw new KernelError("PERMISSION_DENIED", "A replayed message was dropped.");
    this.#seen.add(text);
    if (this.#seen.size > rememberedSignatures) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
  }
}

/**
 * JSON in which half a surrogate pair is U+FFFD. JSON can say one (`"\\ud83d"`), but Python cannot write it as UTF-8, and
 * the notebook that holds it could not be saved any more.
 */
function wellFormed(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replaceAll(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === "\\\\" ? found : "\\ufffd"));
}

function parseObject(frame: Buffer, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString("utf8"));
  } catch {
    throw new KernelError("BAD_REQUEST", `A message whose ${name} is not JSON was dropped.`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new KernelError("BAD_REQUEST", `A message whose ${name} is not an object was dropped.`);
  }
  return value as Record<string, unknown>;
}

function checkHeader(header: Record<string, unknown>): Header {
  if (typeof header.msg_id !== "string" || typeof header.msg_type !== "string") {
    throw new KernelError("BAD_REQUEST", "A message whose header has no msg_id or msg_type was dropped.");
  }
  return header as unknown as Header;
}
