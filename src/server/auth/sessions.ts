import { createHash, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { User } from "./user.js";
import type { UsersFile } from "./users-file.js";

/** ms without a request after which a session ends. */
const idle = 12 * 3_600_000;
/** Sessions that are kept; the one that was used least recently goes first. */
const most = 1000;

interface Session {
  name: string;
  /** The password's hash when it was begun: another password ends it. */
  password: string;
  /** The digest of the token that it was begun with: it ends with the token. */
  token: string | undefined;
  until: number;
}

/**
 * Who has signed in at the web page: a browser keeps a cookie, as it would keep sending a password that it was given in its own dialog, and
 * nobody could sign out. The cookie is sent to this server alone, by its own pages alone, and no script can read it.
 */
export class Sessions {
  readonly #users: UsersFile;
  /** By the digest of the cookie's value, the one that was used last at the end. */
  readonly #sessions = new Map<string, Session>();
  /** Browsers send the cookies of one host to all of its ports: each server has a name of its own. */
  readonly #cookie = `runlab-${randomBytes(4).toString("hex")}`;

  constructor(users: UsersFile) {
    this.#users = users;
  }

  /**
   * Begins one.
   * @param token - digest of the token that the user has signed in with
   * @returns the `set-cookie` header. It names no path: browsers take the folder of the page, whatever a proxy has put before it
   */
  begin(user: User, token: string | undefined, secure: boolean): string {
    const value = randomBytes(32).toString("base64url");
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= most && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(digestOf(value), {
      name: user.name,
      password: user.password,
      token,
      until: Date.now() + idle,
    });
    return this.#header(value, secure);
  }

  /** The user whose session a request belongs to. */
  userOf(headers: IncomingHttpHeaders): User | undefined {
    // A page of another origin may make a browser ask, even one of this machine: then the cookie says nothing.
    const from = headers["sec-fetch-site"];
    if (from === "cross-site" || from === "same-site") return undefined;
    const key = this.#keyOf(headers);
    const session = key === undefined ? undefined : this.#sessions.get(key);
    if (key === undefined || session === undefined) return undefined;
    this.#sessions.delete(key);
    const user = this.#users.find(session.name);
    const { token } = session;
    const same = user?.password === session.password && (!token || user.tokens.some(({ digest }) => digest === token));
    if (user === undefined || !same || session.until < Date.now()) return undefined;
    this.#sessions.set(key, { ...session, until: Date.now() + idle });
    return user;
  }

  /** Ends the session of a request. @returns the `set-cookie` header */
  end(headers: IncomingHttpHeaders, secure: boolean): string {
    const key = this.#keyOf(headers);
    if (key !== undefined) this.#sessions.delete(key);
    return `${this.#header("", secure)}; Max-Age=0`;
  }

  #header(value: string, secure: boolean): string {
    return `${this.#cookie}=${value}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  }

  #keyOf({ cookie = "" }: IncomingHttpHeaders): string | undefined {
    const start = `${this.#cookie}=`;
    const found = cookie.split(";").find((one) => one.trim().startsWith(start));
    return found === undefined ? undefined : digestOf(found.trim().slice(start.length));
  }
}

/** So that no value is in memory that could be sent. */
function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("base64");
}
