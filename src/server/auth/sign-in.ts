import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { HttpError } from "../http/http-error.js";
import { hashPassword, isPassword } from "./password-hash.js";
import type { User } from "./user.js";
import { tokenDigest, type UsersFile } from "./users-file.js";

/** Passwords that are checked at a time: each takes 32 MB and 100 ms of a processor. */
const checkedAtOnce = 2;
/** Requests that wait for one to be checked; more would be a way to keep everybody out. */
const waitingAtMost = 64;
/** Passwords that were right are remembered for this many ms. */
const remembered = 10 * 60_000;
const rememberedAtMost = 1000;

/** Finds out who asks: by a name and password (`Basic`), or by a token (`Bearer`). */
export class SignIn {
  readonly #users: UsersFile;
  /** So that no digest of a password is in memory that could be tried out elsewhere. */
  readonly #secret = randomBytes(32);
  /** Of passwords that were right: the user's name and until when. */
  readonly #right = new Map<string, { name: string; until: number }>();
  #stamp = "";
  #checking = 0;
  readonly #waiting: Array<() => void> = [];
  /** What an unknown name is checked against, so that it takes as long as a known one. */
  #nobody: Promise<string> | undefined;

  constructor(users: UsersFile) {
    this.#users = users;
  }

  /**
   * @param scheme - how the client is told to sign in: a browser that reads `Basic` asks for a password by itself
   * @throws {HttpError} 401, in the same words whatever was wrong; 429 when too many passwords wait to be checked
   */
  async userOf(authorization: string | undefined, scheme: "Basic" | "Bearer" = "Basic"): Promise<User> {
    const { stamp } = this.#users;
    if (stamp !== this.#stamp) {
      this.#right.clear();
      this.#stamp = stamp;
    }
    const [, way = "", given = ""] = /^(\w+) +([\w+/=.~-]+)$/.exec(authorization ?? "") ?? [];
    const user =
      way.toLowerCase() === "bearer"
        ? this.#byToken(given)
        : way.toLowerCase() === "basic"
          ? await this.#byPassword(Buffer.from(given, "base64").toString("utf8"))
          : undefined;
    if (user !== undefined) return user;
    throw new HttpError(
      401,
      "UNAUTHENTICATED",
      "Sign in to this server: the name and password, or the token, are missing or wrong.",
      {
        headers: { "www-authenticate": `${scheme} realm="runlab"${scheme === "Basic" ? ', charset="UTF-8"' : ""}` },
      },
    );
  }

  #byToken(token: string): User | undefined {
    const digest = Buffer.from(tokenDigest(token));
    return this.#users.users.find(({ tokens }) =>
      tokens.some(
        (known) => known.digest.length === digest.length && timingSafeEqual(Buffer.from(known.digest), digest),
      ),
    );
  }

  async #byPassword(given: string): Promise<User | undefined> {
    const colon = given.indexOf(":");
    if (colon < 0) return undefined;
    const name = given.slice(0, colon);
    const user = this.#users.find(name);
    const mark = createHmac("sha256", this.#secret).update(given).digest("base64");
    const known = this.#right.get(mark);
    if (user !== undefined && known?.name === name && known.until > Date.now()) return user;
    await this.#turn();
    try {
      this.#nobody ??= hashPassword(randomBytes(16).toString("hex"));
      const right = await isPassword(given.slice(colon + 1), user?.password ?? (await this.#nobody));
      if (user === undefined || !right) return undefined;
      this.#remember(mark, name);
      return user;
    } finally {
      this.#checking--;
      this.#waiting.shift()?.();
    }
  }

  #remember(mark: string, name: string): void {
    this.#right.delete(mark);
    const [oldest] = this.#right.keys();
    if (this.#right.size >= rememberedAtMost && oldest !== undefined) this.#right.delete(oldest);
    this.#right.set(mark, { name, until: Date.now() + remembered });
  }

  async #turn(): Promise<void> {
    if (this.#checking >= checkedAtOnce) {
      if (this.#waiting.length >= waitingAtMost) {
        throw new HttpError(
          429,
          "RESOURCE_EXHAUSTED",
          "Too many passwords are being checked. Try again, or use a token.",
        );
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#checking++;
  }
}
