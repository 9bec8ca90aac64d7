import type { Completion } from "../../kernel/engine/engine.js";

/** One way to go on. */
export interface Proposal {
  /** What it puts into the cell. */
  text: string;
  /** What the typed text is compared with, when that is not `text`: a name without its quotes. */
  name?: string;
  type: string;
  signature?: string;
}

/** Proposals for one place: each takes the place of what stands from `start` to the cursor, where `typed` is meant. */
export interface Proposed {
  start: number;
  typed: string;
  proposals: readonly Proposal[];
}

/** Those proposals that begin as typed, in any case of letters; the first of each text. */
export function answer({ start, typed, proposals }: Proposed, end: number): Completion {
  const begin = typed.toLowerCase();
  const fitting = new Map<string, { text: string; type: string; signature?: string }>();
  for (const { text, name = text, type, signature } of proposals) {
    if (!name.toLowerCase().startsWith(begin) || fitting.has(text)) continue;
    fitting.set(text, { text, type, ...(signature !== undefined && { signature }) });
  }
  return { matches: [...fitting.keys()], start, end, types: [...fitting.values()] };
}
