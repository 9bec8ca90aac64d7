/**
 * Where the files that exist only in memory lie: in the notebook's folder, so that what cells import resolves from there.
 * `cell_.ts` is always the cell at hand; `cell_<n>.ts` are what earlier cells declare; `cell_hub.d.ts` re-exports each
 * live name from the cell that declared it last.
 */
export interface Layout {
  readonly cwd: string;
  readonly cell: string;
  readonly hub: string;
  readonly ambient: string;
  slot(index: number): string;
}

/** Stem of every in-memory file; no real file of a notebook folder is expected to start so. */
export const stem = "runlab_cell_";

/** @param cwd - absolute folder with forward slashes and no slash at its end */
export function layoutOf(cwd: string): Layout {
  return {
    cwd,
    cell: `${cwd}/${stem}.ts`,
    hub: `${cwd}/${stem}hub.d.ts`,
    ambient: `${cwd}/${stem}ambient.d.ts`,
    slot: (index) => `${cwd}/${stem}${index}.ts`,
  };
}

export const hubSpecifier = `./${stem}hub`;

/** What the in-memory files add to types and names that TypeScript prints. */
const traces = new RegExp(
  `(?:typeof )?import\\("[^"]*${stem}[^"]*"\\)\\.|(?<![\\p{ID_Continue}$])\\$\\$(?=[\\p{ID_Start}_$])|(?<=[\\p{ID_Continue}$])\\$\\$\\d+\\b`,
  "gu",
);

/** A text of TypeScript's as if the in-memory files were not there. */
export function withoutTraces(text: string): string {
  return text.replace(traces, "");
}

/** Names that compiled cells use; both halves of the engine agree on them. */
export const runtimeNames = {
  /** The running cell: value, import, meta. */
  cell: "$$cell",
  /** Int32Array whose first element is not 0 while an interrupt is wanted. */
  stop: "$$stop",
  /** Prefix of a name's box. */
  box: "$_",
} as const;

export const hubFormat = "hub-1";
