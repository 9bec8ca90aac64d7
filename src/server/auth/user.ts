/** What a user may do with an experiment, or with the registered models; each word includes those before it. */
export const levels = ["none", "read", "write", "admin"] as const;
export type Level = (typeof levels)[number];

/** The registered models of a store, where a level is given for them as for an experiment. */
export const registryScope = "models";

/** Somebody who may ask a server. */
export interface User {
  /** Letters, digits and `_.@-`. */
  name: string;
  /** As `hashPassword` writes it. */
  password: string;
  /** May do everything, and makes users. */
  admin: boolean;
  /** By experiment id, and `models`; where nothing is said the file's default counts. */
  permissions: Record<string, Level>;
  tokens: Token[];
}

/** What a program signs in with instead of a password. */
export interface Token {
  /** Names it in lists; no secret. */
  id: string;
  /** sha256 of the token, in hex: it is random, so that nothing slower is needed. */
  digest: string;
  created: number;
}

/** Whether a level includes another. */
export function includes(level: Level, wanted: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(wanted);
}
