import type { CommMessage } from "../messages.js";
import type { Content, Message, Outgoing } from "./message.js";

/** Which comms are open, as `comm_info` tells it; both ends' messages pass through here. */
export class Comms {
  readonly #open = new Map<string, string>();

  note(message: CommMessage): void {
    if (message.type === "comm_open") this.#open.set(message.commId, message.targetName ?? "");
    if (message.type === "comm_close") this.#open.delete(message.commId);
  }

  /** @param target - only comms of this target; undefined: all */
  info(target: string | undefined): Record<string, { target_name: string }> {
    const entries = [...this.#open].filter(([, name]) => target === undefined || name === target);
    return Object.fromEntries(entries.map(([id, name]) => [id, { target_name: name }]));
  }
}

/** Undefined when the content names no comm. */
export function commFromWire(message: Message): CommMessage | undefined {
  const { comm_id: commId, target_name: targetName, data } = message.content;
  const type = message.header.msg_type as CommMessage["type"];
  if (typeof commId !== "string") return undefined;
  return {
    type,
    commId,
    ...(typeof targetName === "string" ? { targetName } : {}),
    data: data !== null && typeof data === "object" ? (data as Record<string, unknown>) : {},
    metadata: message.metadata,
    buffers: message.buffers,
  };
}

/** The iopub message of a comm. */
export function commToWire(message: CommMessage): { type: string; content: Content; extra: Partial<Outgoing> } {
  const content: Content = { comm_id: message.commId, data: message.data };
  if (message.type === "comm_open") content.target_name = message.targetName ?? "";
  return {
    type: message.type,
    content,
    extra: { metadata: message.metadata ?? {}, buffers: message.buffers ?? [] },
  };
}
