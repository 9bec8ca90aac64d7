import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import type { Dispatcher, EnvHttpProxyAgent } from "undici";
import { reasonOf, TrackingError } from "../../errors.js";

export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array | Readable | undefined;
}

export interface HttpAnswer {
  status: number;
  /** By their names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** To be read to its end, or destroyed. */
  body: Readable;
}

export interface HttpSettings {
  /** Longest wait for the head of an answer, and between two pieces of it, ms. */
  timeout: number;
  /** Accepts any certificate. */
  insecureTls: boolean;
  /** PEM file with the authorities that are trusted; default: those of Node. */
  serverCertPath?: string | undefined;
  /** PEM file with this client's certificate and key. */
  clientCertPath?: string | undefined;
}

/** Longest wait for a connection, ms. */
const connectTimeout = 10_000;

/** Connections to one server at a time; browsers open six. */
const connections = 8;

/**
 * Connections to servers that are kept open between requests, through the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name.
 * An idle one keeps no process alive.
 */
export class HttpConnection {
  readonly #settings: HttpSettings;
  /** Whether the server is known to be away. */
  isAway = (): boolean => false;
  #agent: Dispatcher | undefined;

  constructor(settings: HttpSettings) {
    this.#settings = settings;
  }

  /** @throws what the network says, with a `code` */
  async send({ method, url, headers, body }: HttpRequest): Promise<HttpAnswer> {
    // Loaded by the first request: most processes have a store of their own machine.
    const { EnvHttpProxyAgent, request } = await import("undici");
    this.#agent ??= new EnvHttpProxyAgent(agentOptions(this.#settings));
    const answer = await request(url, { method, headers: { ...headers }, body: body ?? null, dispatcher: this.#agent });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  /** Ends the connections; the next request opens new ones. */
  async close(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    await agent?.close();
  }
}

function agentOptions({
  timeout,
  insecureTls,
  serverCertPath,
  clientCertPath,
}: HttpSettings): EnvHttpProxyAgent.Options {
  const client = clientCertPath === undefined ? undefined : readPem("MLFLOW_TRACKING_CLIENT_CERT_PATH", clientCertPath);
  const tls = {
    rejectUnauthorized: !insecureTls,
    ...(serverCertPath !== undefined && { ca: readPem("MLFLOW_TRACKING_SERVER_CERT_PATH", serverCertPath) }),
    ...(client !== undefined && { cert: client, key: client }),
  };
  return {
    connections,
    // A proxy forwards http as such; many allow a tunnel for https alone.
    proxyTunnel: false,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { ...tls, timeout: connectTimeout },
    requestTls: { ...tls, timeout: connectTimeout },
  };
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the setting */
function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The file '${path}' that ${setting} names cannot be read: ${reasonOf(cause)}.`,
      { cause, hint: "It is a PEM file with certificates." },
    );
  }
}
