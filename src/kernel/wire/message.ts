/** A Jupyter message header. Field names are the wire's own. @see Jupyter messaging 5.4, "Message header" */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  /** ISO 8601. */
  date: string;
  version: string;
}

export type Content = Record<string, unknown>;

/** A message that came in and whose signature held. */
export interface Message {
  /** Routing prefix of the sender; empty on iopub. */
  identities: Buffer[];
  header: Header;
  parentHeader: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Content;
  buffers: Buffer[];
}

/** A message to be sent. */
export interface Outgoing {
  type: string;
  content: Content;
  parent?: Partial<Header>;
  metadata?: Record<string, unknown>;
  identities?: readonly (Buffer | string)[];
  buffers?: readonly Uint8Array[];
}

/** The version of the messaging protocol that this kernel speaks: 5.4 brought `iopub_welcome`. */
export const protocolVersion = "5.4";
