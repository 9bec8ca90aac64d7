import { isSystemError, RunlabError, reasonOf } from "../../../errors.js";

/** Something in a store that is not as it should be. */
export interface StoreProblem {
  /** `problem`: data cannot be seen; `warning`: it can, and something is untidy. */
  status: "warning" | "problem";
  /** Relative to the store. */
  path: string;
  what: string;
  /** The way out for a person, where fixing cannot help. */
  hint?: string | undefined;
  /** Several problems may have one fix, which is then one object. */
  fix?: StoreFix | undefined;
}

export interface StoreFix {
  /** In the imperative, e.g. "remove it". */
  what: string;
  /** Nothing that cannot be read is deleted. */
  work(): void | Promise<void>;
}

/** What is wrong with a document, said beside its name. */
export function whatIsWrong({ message }: RunlabError): string {
  const at = message.indexOf(" is damaged: ");
  return at < 0 ? message : `it${message.slice(at)}`;
}

/** What `look` finds; where the file system or a document keeps it from looking, that is the problem. */
export function problemsIn(path: string, look: () => StoreProblem[]): StoreProblem[] {
  try {
    return look();
  } catch (error) {
    if (error instanceof RunlabError) return [{ status: "problem", path, what: error.message, hint: error.hint }];
    if (isSystemError(error)) return [{ status: "problem", path, what: `it cannot be read: ${reasonOf(error)}` }];
    throw error;
  }
}
