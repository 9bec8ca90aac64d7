import { ts } from "../typescript.js";
import type { Documents } from "./documents.js";
import { type Layout, stem } from "./layout.js";
import type { DeclarationKind, Outline } from "./outline.js";

/** What one earlier cell declares, as a file of its own. */
interface Slot {
  names: ReadonlyMap<string, DeclarationKind>;
  /** Other slots that its text names. */
  uses: ReadonlySet<number>;
  /** `declare global`, `declare module`: must stay, whatever happens to its names. */
  augments: boolean;
}

/** Stands before every text of a cell, so that a comment at the cell's top is not at the file's, where it would mean more. */
const opening = "export {};";

/** Prefix of the imports that give variables their types. */
const shadow = "$$";

/**
 * The declarations of earlier cells, each cell's in a slot. A cell, and the text of a slot, imports a name from the slot that
 * had declared it last when the cell was compiled, so it goes on to mean that one, whoever declares the name later.
 */
export class Scope {
  readonly #slots: Array<Slot | undefined> = [];
  /** Modules that cells have imported; they stay in the program, so that a cell that imports one again finds it there. */
  #modules: readonly string[] = [];
  /** Who declared the value of a name last; a class, an enum, a namespace and an import are types of that name too. */
  readonly #values = new Map<string, { slot: number; kind: DeclarationKind }>();
  /** Who declared the type of a name last, where that is a declaration of its own. */
  readonly #types = new Map<string, number>();

  readonly #documents: Documents;
  readonly #layout: Layout;

  constructor(documents: Documents, layout: Layout) {
    this.#documents = documents;
    this.#layout = layout;
  }

  /** Live names with what they are. */
  names(): ReadonlyMap<string, { kind: DeclarationKind }> {
    const names = new Map<string, { kind: DeclarationKind }>();
    for (const name of this.#types.keys()) names.set(name, { kind: "type" });
    for (const [name, { kind }] of this.#values) names.set(name, { kind });
    return names;
  }

  /** Slots that the program holds even if no cell names them. */
  roots(): string[] {
    return this.#slots.flatMap((slot, index) => (slot?.augments ? [this.#layout.slot(index)] : []));
  }

  /** Remembers modules that no cell has imported before, all of which can be found. */
  addModules(found: Iterable<string>): void {
    this.#modules = [...new Set([...this.#modules, ...found])];
  }

  hasModule(name: string): boolean {
    return this.#modules.includes(name);
  }

  /**
   * What the cell at hand imports besides what its own text says: the modules of earlier cells, and all slots that
   * those it names lead to. TypeScript looks there for a way to write a type, and else in every file (half of a hover's time, measured).
   */
  importsOf(text: string): string[] {
    const reached = slotsIn(text);
    for (const index of reached) for (const used of this.#slots[index]?.uses ?? []) reached.add(used);
    return [...this.#modules, ...[...reached].map(slotSpecifier)];
  }

  /** Cells lie in another folder now, where relative imports mean other files. */
  moved(): void {
    this.#modules = this.#modules.filter((name) => !name.startsWith("."));
  }

  /** The line that stands before a cell: brings in the names that it uses and does not declare, as value, type or both. */
  prelude({ identifiers, declares }: Pick<Outline, "identifiers" | "declares">): string {
    const imports = new Map<number, string[]>();
    const variables: string[] = [];
    const bring = (slot: number, name: string) => {
      const names = imports.get(slot) ?? [];
      imports.set(slot, [...names, name]);
    };
    for (const name of identifiers) {
      const declared = declares.get(name);
      const known = this.#values.get(name);
      const value = declared === undefined || (declared === "type" && isValueOnly(known)) ? known : undefined;
      const type =
        declared === undefined || isVariable(declared) || declared === "function" ? this.#types.get(name) : undefined;
      const apart = type !== undefined && known !== undefined && known.slot !== type;
      // An import cannot be assigned to (TS2632), and of a const it should be said that it is one (TS2588).
      if (value && (isVariable(value.kind) || apart)) {
        bring(value.slot, `${name} as ${shadow}${name}`);
        variables.push(`declare ${value.kind === "let" ? "let" : "const"} ${name}: typeof ${shadow}${name};`);
        if (type !== undefined) bring(type, name);
      } else if (value) bring(value.slot, name);
      else if (type !== undefined) bring(type, name);
    }
    const lines = [...imports].map(([slot, names]) => `import { ${names.join(", ")} } from "${slotSpecifier(slot)}";`);
    return [opening, ...lines, ...variables].join(" ");
  }

  /** @param text - declarations (or the whole text) of a cell that was compiled with `prelude` */
  commit(names: ReadonlyMap<string, DeclarationKind>, text: string, kind = ts.ScriptKind.TS): void {
    const augments = /\bdeclare\s+(global|module)\b/.test(text);
    if (names.size === 0 && !augments) return;
    const slot = this.#takeFree();
    this.#slots[slot] = { names, uses: slotsIn(text), augments };
    for (const [name, kindOfName] of names) this.#declare(name, kindOfName, slot);
    this.#documents.setCell(this.#layout.slot(slot), `${opening} ${text}`, kind);
    if (augments) this.#documents.projectVersion += 1;
    this.#freeDead();
  }

  reset(): void {
    this.#values.clear();
    this.#types.clear();
    for (const [index, slot] of this.#slots.entries()) if (slot) this.#free(index);
  }

  /** Value and type of a name are replaced apart, as they are declared apart; a class is both, and replaces both. */
  #declare(name: string, kind: DeclarationKind, slot: number): void {
    if (kind === "type" || kind.endsWith("+type")) this.#types.set(name, slot);
    if (kind === "type") {
      if (!isValueOnly(this.#values.get(name))) this.#values.delete(name);
      return;
    }
    const value = kind.replace("+type", "") as DeclarationKind;
    this.#values.set(name, { slot, kind: value });
    if (!isValueOnly({ kind: value })) this.#types.delete(name);
  }

  /** Frees slots none of whose names is live and which no other slot uses. */
  #freeDead(): void {
    for (let freed = true; freed; ) {
      freed = false;
      const used = new Set(this.#slots.flatMap((slot) => (slot ? [...slot.uses] : [])));
      for (const [index, slot] of this.#slots.entries()) {
        if (slot === undefined || slot.augments || used.has(index)) continue;
        if ([...slot.names.keys()].some((name) => this.#isLive(name, index))) continue;
        this.#free(index);
        freed = true;
      }
    }
  }

  #isLive(name: string, slot: number): boolean {
    return this.#values.get(name)?.slot === slot || this.#types.get(name) === slot;
  }

  /** A free slot, in the folder of the cell at hand. */
  #takeFree(): number {
    const free = this.#slots.indexOf(undefined);
    const index = free < 0 ? this.#slots.length : free;
    this.#layout.place(index);
    return index;
  }

  #free(index: number): void {
    if (this.#slots[index]?.augments) this.#documents.projectVersion += 1;
    this.#slots[index] = undefined;
    this.#documents.setCell(this.#layout.slot(index), opening);
  }
}

function slotSpecifier(index: number): string {
  return `./${stem}${index}`;
}

/** Slots that a text imports from. */
function slotsIn(text: string): Set<number> {
  return new Set([...text.matchAll(slotNames)].map(([, index]) => Number(index)));
}

const slotNames = new RegExp(`(?<=["'/])${stem}(\\d+)(?=["'])`, "g");

function isVariable(kind: DeclarationKind): boolean {
  return kind === "let" || kind === "const";
}

/** Whether a declaration leaves the type of its name alone. */
function isValueOnly(declaration: { kind: DeclarationKind } | undefined): boolean {
  return declaration !== undefined && (isVariable(declaration.kind) || declaration.kind === "function");
}
