import { type ErrorCode, TrackingError } from "../../errors.js";

interface Meaning {
  code: ErrorCode;
  what: string;
  hint: string;
}

/** By the beginning of SQLite's result codes. @see https://sqlite.org/rescode.html */
const sqliteMeanings: ReadonlyMap<string, Meaning> = new Map([
  [
    "SQLITE_BUSY",
    {
      code: "TEMPORARILY_UNAVAILABLE",
      what: "is locked by another process",
      hint: "Try again; a program that holds a transaction open (a database browser, perhaps) keeps others from writing.",
    },
  ],
  [
    "SQLITE_NOTADB",
    { code: "INVALID_PARAMETER_VALUE", what: "is not a SQLite database", hint: "Choose another file." },
  ],
  [
    "SQLITE_CORRUPT",
    {
      code: "DATA_LOSS",
      what: "is damaged",
      hint: "Restore a copy, or save what can be read with `sqlite3 FILE .recover`.",
    },
  ],
  [
    "SQLITE_FULL",
    { code: "RESOURCE_EXHAUSTED", what: "cannot grow: the disk is full", hint: "Make room on the disk." },
  ],
  [
    "SQLITE_READONLY",
    {
      code: "PERMISSION_DENIED",
      what: "cannot be written",
      hint: "Check who may write to the file and to its folder.",
    },
  ],
  [
    "SQLITE_CANTOPEN",
    {
      code: "PERMISSION_DENIED",
      what: "cannot be opened",
      hint: "Check that its folder exists, and that you may write to it.",
    },
  ],
  ["SQLITE_IOERR", { code: "INTERNAL_ERROR", what: "cannot be read or written", hint: "Check the disk." }],
]);

export function sqliteError({ code, message }: { code: string; message: string }, file: string): TrackingError {
  const known = startOf(sqliteMeanings, codeOf(code, message));
  if (known !== undefined) return meant(known, `The database file '${file}'`, message);
  return new TrackingError("INTERNAL_ERROR", `The database file '${file}' gave an error: ${message} (${code}).`);
}

/** libsql reports some of them by their text alone. */
function codeOf(code: string, message: string): string {
  if (message.includes("not a database")) return "SQLITE_NOTADB";
  if (/unable to open/i.test(message)) return "SQLITE_CANTOPEN";
  return message.includes("database is locked") ? "SQLITE_BUSY" : code;
}

const unreachable: Meaning = {
  code: "TEMPORARILY_UNAVAILABLE",
  what: "cannot be reached",
  hint: "Check that the server runs, and its host and port in the URI.",
};

const full: Meaning = {
  code: "RESOURCE_EXHAUSTED",
  what: "has no room left",
  hint: "Make room on the server's disk, or for more connections.",
};

/** By the beginning of SQLSTATE, or Node's code. @see https://www.postgresql.org/docs/15/errcodes-appendix.html */
const postgresMeanings: ReadonlyMap<string, Meaning> = new Map([
  ["ECONN", unreachable],
  ["ENOTFOUND", unreachable],
  ["EAI_AGAIN", unreachable],
  ["ETIMEDOUT", unreachable],
  ["EHOSTUNREACH", unreachable],
  ["ENOENT", unreachable],
  ["08", unreachable],
  ["57", { ...unreachable, what: "is not available now", hint: "Try again when the server has started." }],
  ["53", full],
  [
    "28",
    {
      code: "PERMISSION_DENIED",
      what: "does not let this user in",
      hint: "Check the user in the URI, and the password in PGPASSWORD or ~/.pgpass.",
    },
  ],
  [
    "42501",
    {
      code: "PERMISSION_DENIED",
      what: "does not let this user do that",
      hint: "The user needs the right to create tables in the database, and to write to them.",
    },
  ],
  [
    "25006",
    {
      code: "PERMISSION_DENIED",
      what: "is read-only",
      hint: "Use the server that accepts writes, not a standby of it.",
    },
  ],
  [
    "3D000",
    {
      code: "RESOURCE_DOES_NOT_EXIST",
      what: "does not exist",
      hint: "Create it first: createdb, or CREATE DATABASE. runlab makes its tables itself.",
    },
  ],
  [
    "23505",
    {
      code: "RESOURCE_ALREADY_EXISTS",
      what: "already has it",
      hint: "Another process has made the same at the same moment.",
    },
  ],
]);

export function postgresError(error: unknown, uri: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", message } = error as Error & { code?: string };
  // Of several addresses Node tells each one's error; of a lost connection pg has no code.
  const lost = /^Connection terminated|timeout exceeded when trying to connect/.test(message);
  const known = lost ? unreachable : startOf(postgresMeanings, code);
  const text = message || code;
  if (known !== undefined) return meant(known, `The database ${uri}`, text, error);
  return new TrackingError("INTERNAL_ERROR", `The database ${uri} gave an error: ${text}${code && ` (${code})`}.`, {
    cause: error,
  });
}

function startOf(meanings: ReadonlyMap<string, Meaning>, code: string): Meaning | undefined {
  for (const [start, meaning] of meanings) if (code.startsWith(start)) return meaning;
  return undefined;
}

function meant({ code, what, hint }: Meaning, subject: string, message: string, cause?: Error): TrackingError {
  return new TrackingError(code, `${subject} ${what}: ${message}.`, { hint, cause });
}
