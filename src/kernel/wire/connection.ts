import { readFileSync } from "node:fs";
import { errorCode, KernelError } from "../../errors.js";

/** A Jupyter connection file. @see Jupyter client docs, "Connection files" */
export interface ConnectionInfo {
  transport: "tcp" | "ipc";
  ip: string;
  key: string;
  signatureScheme: string;
  ports: Record<ChannelName, number>;
}

export type ChannelName = "shell" | "control" | "stdin" | "iopub" | "hb";

const channelNames: readonly ChannelName[] = ["shell", "control", "stdin", "iopub", "hb"];

/**
 * Reads and checks a connection file.
 * @throws {KernelError} INVALID_PARAMETER_VALUE naming the file and the field; the key is never in the message
 */
export function readConnectionFile(path: string): ConnectionInfo {
  const refuse = (what: string, cause?: unknown): KernelError =>
    new KernelError("INVALID_PARAMETER_VALUE", `Connection file ${path}: ${what}.`, {
      hint: "A front end writes this file and starts the kernel with it; see `jupyter kernelspec list`.",
      cause,
    });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw refuse(`cannot be read (${errorCode(error) ?? String(error)})`, error);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw refuse("is not JSON");
  }
  if (raw === null || typeof raw !== "object") throw refuse("is not a JSON object");
  const fields = raw as Record<string, unknown>;
  const ports = {} as Record<ChannelName, number>;
  for (const name of channelNames) {
    const port = fields[`${name}_port`];
    if (typeof port !== "number" || !Number.isInteger(port) || port < 0 || port > 65535) {
      throw refuse(`'${name}_port' is no port number`);
    }
    ports[name] = port;
  }
  const { transport = "tcp", ip = "127.0.0.1", key = "", signature_scheme: scheme = "hmac-sha256" } = fields;
  if (transport !== "tcp" && transport !== "ipc") throw refuse(`'transport' is neither tcp nor ipc`);
  if (typeof ip !== "string" || typeof key !== "string" || typeof scheme !== "string") {
    throw refuse("'ip', 'key' and 'signature_scheme' must be strings");
  }
  if (!/^hmac-[a-z0-9-]+$/.test(scheme)) throw refuse(`'signature_scheme' '${scheme}' is not supported`);
  return { transport, ip, key, signatureScheme: scheme, ports };
}

/** The ZeroMQ address of a channel. */
export function endpoint(info: ConnectionInfo, channel: ChannelName): string {
  const separator = info.transport === "tcp" ? ":" : "-";
  return `${info.transport}://${info.ip}${separator}${info.ports[channel]}`;
}
