import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.js";

const loopback: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/** Whether only this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return loopback.includes(host) || /^127(\.\d+){3}$/.test(host);
}

export interface AccessOptions {
  /** Where the server listens. */
  host: string;
  /** Names by which it may be called, besides its own; without any, a server that is not on loopback takes every name. */
  allowedHosts: readonly string[];
  /** What callers must send, as `Authorization: Bearer …` or `X-API-Key`. */
  apiKey: string | undefined;
}

/** Who may ask. */
export class AccessRules {
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #key: Buffer | undefined;

  constructor({ host, allowedHosts, apiKey }: AccessOptions) {
    const open = !isLoopback(host) && allowedHosts.length === 0;
    const names = [...loopback, host, ...allowedHosts].map((name) => name.toLowerCase());
    this.#hosts = open ? undefined : new Set(names);
    this.#key = apiKey === undefined ? undefined : digest(apiKey);
  }

  /**
   * A web page of another site can reach a server on loopback under a name of its own (DNS rebinding): the Host header
   * tells.
   * @throws {RequestError} 403
   */
  checkHost(request: IncomingMessage): void {
    if (this.#hosts === undefined) return;
    const name = (request.headers.host ?? "")
      .toLowerCase()
      .replace(/:\d+$/, "")
      .replace(/^\[(.*)\]$/, "$1");
    if (this.#hosts.has(name)) return;
    throw new RequestError(
      403,
      "PERMISSION_DENIED",
      "The Host header is none of the names of this server. Others are named when it is started: --allowed-hosts.",
    );
  }

  /** @throws {RequestError} 401 */
  checkKey(request: IncomingMessage): void {
    if (this.#key === undefined) return;
    const { authorization = "", "x-api-key": header } = request.headers;
    const given = typeof header === "string" ? header : /^Bearer (.+)$/i.exec(authorization)?.[1];
    // Digests have one length, so the comparison takes the same time for every key.
    if (given !== undefined && timingSafeEqual(digest(given), this.#key)) return;
    throw new RequestError(
      401,
      "PERMISSION_DENIED",
      "This server takes requests with its API key only: send it as 'Authorization: Bearer …' or 'X-API-Key'.",
      { "www-authenticate": "Bearer" },
    );
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
