import type { Magic } from "./magic.js";

/** Every magic, in the order of help and of README's table. A new magic is its file and its line here. */
export const magics: readonly Magic[] = [];
