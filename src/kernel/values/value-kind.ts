import type { MimeBundle } from "../../render/mime-bundle.js";

/** One kind of value that prints in a way of its own. The object answers for itself; nobody asks which one it is. */
export interface ValueKind {
  readonly name: string;
  /** @returns undefined when `value` is not of this kind; what it throws counts as that too */
  bundle(value: unknown): MimeBundle | undefined | Promise<MimeBundle | undefined>;
}
