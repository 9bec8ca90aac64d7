import { createHash, randomBytes } from "node:crypto";
import { chmodSync, closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, RunlabError, reasonOf } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import { own } from "../../own.js";
import { count, flag, flawText, list, object, oneOf, record, text } from "../../schema.js";
import { hashPassword } from "./password-hash.js";
import { type Level, levels, type User } from "./user.js";

/** Characters of a password: as MLflow asks for. */
const shortestPassword = 12;
/** What comes before a token, so that scanners of sources find one that was checked in. */
const tokenStart = "runlab_";
/** ms after which a lock that another process has left behind is taken. */
const staleLock = 10_000;

const schema = object({
  version: count,
  /** Of every user, for every experiment and the registered models of which nothing is said. */
  default_level: oneOf(levels),
  users: list(
    object({
      name: text,
      password: text,
      admin: flag,
      permissions: record(oneOf(levels)),
      tokens: list(object({ id: text, digest: text, created: count })),
    }),
  ),
});

interface Document {
  version: number;
  default_level: Level;
  users: User[];
}

/** Who may ask a server, in a file that its owner alone can read. Passwords and tokens are in it as hashes. */
export class UsersFile {
  readonly path: string;
  #read: { stamp: string; document: Document } | undefined;

  /** @param path - absolute */
  constructor(path: string) {
    this.path = path;
  }

  /** @throws {RunlabError} DATA_LOSS for a file that is not as it was written */
  get users(): readonly User[] {
    return this.#document().users;
  }

  get defaultLevel(): Level {
    return this.#document().default_level;
  }

  /** Another one after each change, by whichever process. */
  get stamp(): string {
    const found = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? "" : `${found.mtimeNs} ${found.size} ${found.ino}`;
  }

  find(name: string): User | undefined {
    return this.users.find((user) => user.name === name);
  }

  /**
   * The first one is an admin.
   * @throws {RunlabError} RESOURCE_ALREADY_EXISTS; INVALID_PARAMETER_VALUE for an odd name or a password of less than 12 characters
   */
  async add(name: string, password: string, admin: boolean): Promise<User> {
    checkName(name);
    const hash = await hashPassword(checkPassword(password));
    return this.#change((document) => {
      if (document.users.some((user) => user.name === name)) {
        throw new RunlabError("RESOURCE_ALREADY_EXISTS", `There is a user '${name}' already.`, {
          hint: "Set another password with `runlab users password`.",
        });
      }
      const user = { name, password: hash, admin: admin || document.users.length === 0, permissions: {}, tokens: [] };
      document.users.push(user);
      return user;
    });
  }

  /** @throws {RunlabError} RESOURCE_DOES_NOT_EXIST; INVALID_STATE for the last admin */
  async remove(name: string): Promise<void> {
    this.#change((document) => {
      userIn(document, name);
      const left = document.users.filter((user) => user.name !== name);
      if (left.length > 0 && !left.some(({ admin }) => admin)) {
        throw new RunlabError("INVALID_STATE", `'${name}' is the last admin, and other users would remain.`, {
          hint: "Make another admin first: runlab users add <name> --admin.",
        });
      }
      document.users = left;
    });
  }

  /** @throws {RunlabError} RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for less than 12 characters */
  async setPassword(name: string, password: string): Promise<void> {
    const hash = await hashPassword(checkPassword(password));
    this.#change((document) => {
      userIn(document, name).password = hash;
    });
  }

  /** @param scope - an experiment's id, or `models` */
  grant(name: string, scope: string, level: Level): void {
    this.#change((document) => {
      userIn(document, name).permissions = { ...userIn(document, name).permissions, [scope]: level };
    });
  }

  setDefaultLevel(level: Level): void {
    this.#change((document) => {
      document.default_level = level;
    });
  }

  /** @returns the token, which is not kept: nobody can see it again */
  addToken(name: string): { id: string; token: string } {
    const id = randomBytes(4).toString("hex");
    const token = `${tokenStart}${randomBytes(32).toString("base64url")}`;
    this.#change((document) => {
      userIn(document, name).tokens.push({ id, digest: tokenDigest(token), created: Date.now() });
    });
    return { id, token };
  }

  /** @throws {RunlabError} RESOURCE_DOES_NOT_EXIST */
  removeToken(name: string, id: string): void {
    this.#change((document) => {
      const user = userIn(document, name);
      const left = user.tokens.filter((token) => token.id !== id);
      if (left.length === user.tokens.length) {
        throw new RunlabError("RESOURCE_DOES_NOT_EXIST", `The user '${name}' has no token '${id}'.`, {
          hint:
            user.tokens.length === 0
              ? "This user has no tokens."
              : `The tokens are ${user.tokens.map((token) => `'${token.id}'`).join(", ")}.`,
        });
      }
      user.tokens = left;
    });
  }

  #document(): Document {
    const { stamp } = this;
    if (this.#read?.stamp !== stamp) this.#read = { stamp, document: this.#load() };
    return this.#read.document;
  }

  #load(): Document {
    let found: unknown;
    try {
      found = JSON.parse(readFileSync(this.path, "utf8"));
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return { version: 1, default_level: "read", users: [] };
      throw unreadable(this.path, reasonOf(cause), cause);
    }
    const flaw = schema.find(found);
    if (flaw !== undefined) throw unreadable(this.path, flawText(flaw));
    return found as Document;
  }

  /** While no other process changes it. The file is put in place whole, and is its owner's alone. */
  #change<T>(change: (document: Document) => T): T {
    makeFolder(dirname(this.path), { mode: 0o700 });
    const lock = `${this.path}.lock`;
    takeLock(lock);
    try {
      const document = structuredClone(this.#load());
      const result = change(document);
      const part = `${this.path}.${process.pid}.part`;
      writeFileSync(part, `${JSON.stringify(document, undefined, 2)}\n`, { mode: 0o600 });
      chmodSync(part, 0o600);
      renameSync(part, this.path);
      return result;
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

/** A token as it is kept. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The level that was given to a user for an experiment or the registered models; undefined where none was. */
export function grantedLevel(user: User, scope: string): Level | undefined {
  return own(user.permissions, scope);
}

function userIn({ users }: Document, name: string): User {
  const found = users.find((user) => user.name === name);
  if (found !== undefined) return found;
  throw new RunlabError("RESOURCE_DOES_NOT_EXIST", `There is no user '${name}'.`, {
    hint: "`runlab users list` shows all of them.",
  });
}

function checkName(name: string): void {
  if (/^[\w.@-]{1,100}$/.test(name)) return;
  throw new RunlabError("INVALID_PARAMETER_VALUE", `'${name}' cannot be the name of a user.`, {
    hint: "A name has 1 to 100 letters, digits, or any of _ . @ -",
  });
}

function checkPassword(password: string): string {
  if (password.length >= shortestPassword && password.length <= 1000) return password;
  throw new RunlabError("INVALID_PARAMETER_VALUE", `A password has ${shortestPassword} to 1,000 characters.`);
}

function takeLock(lock: string): void {
  for (const end = Date.now() + 2 * staleLock; ; ) {
    try {
      closeSync(openSync(lock, "wx", 0o600));
      return;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > staleLock) rmSync(lock, { force: true });
      else if (Date.now() > end) {
        throw new RunlabError("RESOURCE_CONFLICT", `Another process holds ${lock}.`, { hint: "Try again." });
      } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function unreadable(path: string, why: string, cause?: unknown): RunlabError {
  return new RunlabError("DATA_LOSS", `The file of users ${path} cannot be read: ${why}.`, {
    hint: "Restore it, or remove it and add the users again.",
    cause,
  });
}
