/** Stem of every in-memory file; no real file of a notebook folder is expected to start so. */
export const stem = "runlab_cell_";

/**
 * Where the files that exist only in memory lie: in the notebook's folder, so that what cells import resolves from there.
 * `cell_.ts` is always the cell at hand; `cell_<n>.ts`, the slots, are what earlier cells declare. After `%cd` cells lie in the
 * new folder; what earlier ones declared stays where they were compiled. What belongs to no cell stays where the engine was
 * made, and means what it would in the notebook's folder: a program from a startup snapshot serves in every folder.
 */
export class Layout {
  readonly #slots: string[] = [];
  readonly #home: string;
  #folder: string;
  /** The notebook's folder, also after `%cd`. */
  #notebook: string;

  /** @param cwd - absolute folder with forward slashes and no slash at its end */
  constructor(cwd: string) {
    this.#home = cwd;
    this.#folder = cwd;
    this.#notebook = cwd;
  }

  /** Global declarations that every cell sees. */
  get ambient(): string {
    return `${this.#home}/${stem}ambient.d.ts`;
  }

  /** Imports the cell at hand, wherever it lies. */
  get entry(): string {
    return `${this.#home}/${stem}entry.ts`;
  }

  /** What cells refer to by `/// <reference … />`. */
  get references(): string {
    return `${this.#home}/${stem}references.ts`;
  }

  /** The folder that the cell at hand lies in. */
  get cwd(): string {
    return this.#folder;
  }

  get cell(): string {
    return `${this.#folder}/${stem}.ts`;
  }

  moveTo(folder: string): void {
    this.#folder = folder;
  }

  /** Cells lie in `folder` from now on, as if the engine had been made there. */
  settleIn(folder: string): void {
    this.#folder = folder;
    this.#notebook = folder;
  }

  /** The file whose place decides what the imports of a file mean. */
  standsFor(fileName: string): string {
    const isHome = fileName === this.ambient || fileName === this.references;
    return isHome ? this.#notebook + fileName.slice(this.#home.length) : fileName;
  }

  /** Where a slot lies. */
  slot(index: number): string {
    return this.#slots[index] ?? this.place(index);
  }

  /** Puts a slot into the folder of the cell at hand. */
  place(index: number): string {
    const path = `${this.#folder}/${stem}${index}.ts`;
    this.#slots[index] = path;
    return path;
  }

  /** Whether a file holds what a cell says, the one at hand or an earlier one, or leads there. */
  isOfCells(fileName: string): boolean {
    return fileName === this.cell || fileName === this.entry || this.#slots.includes(fileName);
  }

  /** The in-memory file that a specifier of ours means; undefined for every other specifier. */
  find(specifier: string): string | undefined {
    if (specifier === cellSpecifier) return this.cell;
    const index = slotSpecifier.exec(specifier)?.[1];
    return index === undefined ? undefined : this.slot(Number(index));
  }
}

/** What the entry imports. */
export const cellSpecifier = `./${stem}`;

/** TypeScript names a slot that lies in another folder by its path from here. */
const slotSpecifier = new RegExp(`(?:^|/)${stem}(\\d+)$`);

/** What the in-memory files add to types and names that TypeScript prints. */
const traces = new RegExp(
  `(?:typeof )?import\\("[^"]*${stem}[^"]*"\\)\\.|(?<![\\p{ID_Continue}$])\\$\\$(?=[\\p{ID_Start}_$])|(?<=[\\p{ID_Continue}$])\\$\\$(?:\\d+|type)\\b`,
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
