import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.js";

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
  /** Whether pages that this machine serves at other ports may ask. */
  localPages?: boolean;
  /** Paths that answer whatever the Host header says, as they tell nothing. */
  openPaths?: readonly string[];
}

/** Which web pages may ask: those of the server itself, and, where it is said, those of this machine. Programs send what they like, and need a key where one is set. */
export class AccessRules {
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #allowed: ReadonlySet<string>;
  /** The Host header that was taken last: most requests have the same one. */
  #taken: string | undefined;

  readonly #localPages: boolean;
  readonly #openPaths: readonly string[];

  constructor({ host, allowedHosts, localPages = false, openPaths = [] }: AccessOptions) {
    this.#localPages = localPages;
    this.#openPaths = openPaths;
    const open = !isLoopback(host) && allowedHosts.length === 0;
    this.#allowed = new Set(allowedHosts.map((name) => name.toLowerCase()));
    this.#hosts = open ? undefined : new Set([...loopback, host.toLowerCase(), ...this.#allowed]);
  }

  /**
   * @returns the origin of a page at another address that may ask, for its browser to be told
   * @throws {HttpError} 403
   */
  check({ url = "", headers: { host = "", origin } }: IncomingMessage): string | undefined {
    if (this.#openPaths.includes(url)) return undefined;
    // A page of another site can reach a server on loopback under a name of its own (DNS rebinding): the Host header tells.
    if (this.#hosts !== undefined && host !== this.#taken && !this.#hosts.has(nameOf(host.toLowerCase()))) {
      throw new HttpError(
        403,
        "PERMISSION_DENIED",
        "The Host header is not one of this server's names. To allow it, start the server with --allowed-hosts.",
      );
    }
    this.#taken = host;
    return origin === undefined ? undefined : this.#checkOrigin(origin.toLowerCase(), host.toLowerCase());
  }

  /** A page of another site can also send requests to the server's own address: browsers say which page it is. */
  #checkOrigin(origin: string, host: string): string | undefined {
    const from = origin.replace(/^https?:\/\//, "");
    if (from === host) return undefined;
    if (this.#allowed.has(nameOf(from)) || (this.#localPages && isLoopback(nameOf(from)))) return origin;
    throw new HttpError(
      403,
      "PERMISSION_DENIED",
      "The request comes from a web page of another origin. To allow its host, start the server with --allowed-hosts.",
    );
  }
}

/** Who has the server's API key. */
export class ApiKey {
  readonly #digest: Buffer;

  constructor(key: string) {
    this.#digest = digest(key);
  }

  /** @throws {HttpError} 401 */
  check({ headers: { authorization = "", "x-api-key": header } }: IncomingMessage): void {
    const given = typeof header === "string" ? header : /^Bearer (.+)$/i.exec(authorization)?.[1];
    // Digests have one length, so the comparison takes the same time for every key.
    if (given !== undefined && timingSafeEqual(digest(given), this.#digest)) return;
    throw new HttpError(
      401,
      "PERMISSION_DENIED",
      "This server requires its API key: send it as 'Authorization: Bearer …' or 'X-API-Key'.",
      { headers: { "www-authenticate": "Bearer" } },
    );
  }
}

/** "[::1]:80" is "::1". */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
