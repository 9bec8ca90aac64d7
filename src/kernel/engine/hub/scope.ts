import { ts } from "../typescript.js";
import type { Documents } from "./documents.js";
import { hubSpecifier, type Layout, stem } from "./layout.js";
import type { DeclarationKind, Outline } from "./outline.js";

/** What one earlier cell declares, as a file of the program. */
interface Slot {
  names: ReadonlyMap<string, DeclarationKind>;
  /** `name$$slot` of other slots that its text uses. */
  uses: ReadonlySet<string>;
  /** `declare global`, `declare module`: must stay, whatever happens to its names. */
  augments: boolean;
}

/** Slots are made in steps, since a new file in the program costs 25 ms and a changed one 2 ms (measured). */
const step = 64;

/** In every file of ours, so that one with `import()` or `import.meta` in it does not differ from the next in the flags that remake a program. */
const steady = "(x: string) => [import(x), import.meta];";

/**
 * Prefix of the imports that give variables their types. Not one `import * as` for all: checking that resolves every
 * name of every earlier cell, 11 ms after 200 cells (measured).
 */
const shadow = "$$";

/** Suffix of a type in the hub whose name is another cell's value. */
const typeOnly = "$$type";

/**
 * The declarations of earlier cells. Each cell's lie in a slot; the hub re-exports each live name from the slot that
 * declared it last, and every name of a slot as `name$$slot`, by which slots refer to each other.
 * So the list of imports of every file stays the same from cell to cell, and the program's structure is reused.
 */
export class Scope {
  private readonly slots: Array<Slot | undefined> = [];
  /** What each slot's file imports besides the hub. */
  private readonly slotImports: Array<readonly string[]> = [];
  /** Modules that cells have imported: the cell at hand and free slots import all of them, always. */
  private modules: readonly string[] = [];
  /** Who declared the value of a name last; a class, an enum, a namespace and an import are types of that name too. */
  private readonly values = new Map<string, { slot: number; kind: DeclarationKind }>();
  /** Who declared the type of a name last, where that is a declaration of its own. */
  private readonly types = new Map<string, number>();

  constructor(
    private readonly documents: Documents,
    private readonly layout: Layout,
  ) {
    this.grow();
  }

  /** Live names with what they are. */
  names(): ReadonlyMap<string, { kind: DeclarationKind }> {
    const names = new Map<string, { kind: DeclarationKind }>();
    for (const name of this.types.keys()) names.set(name, { kind: "type" });
    for (const [name, { kind }] of this.values) names.set(name, { kind });
    return names;
  }

  /** What the cell at hand imports besides the hub and what its own text says. */
  get imports(): readonly string[] {
    return this.modules;
  }

  /** Modules that no cell has imported before, all of which can be found. */
  addImports(found: readonly string[]): void {
    if (found.length === 0) return;
    this.modules = [...this.modules, ...found];
    this.renewFree();
  }

  /** Cells lie in another folder now, where relative imports mean other files. */
  moved(): void {
    this.modules = this.modules.filter((name) => !name.startsWith("."));
    this.renewFree();
  }

  /** The line that stands before a cell: brings in the names that it uses and does not declare, as value, type or both. */
  prelude({ identifiers, declares }: Pick<Outline, "identifiers" | "declares">): string {
    const imports: string[] = [];
    const variables: string[] = [];
    for (const name of identifiers) {
      const declared = declares.get(name);
      const known = this.values.get(name);
      const value = declared === undefined || (declared === "type" && isValueOnly(known)) ? known : undefined;
      const type =
        declared === undefined || isVariable(declared) || declared === "function" ? this.types.get(name) : undefined;
      const apart = type !== undefined && known !== undefined && known.slot !== type;
      // An import cannot be assigned to (TS2632), and of a const it should be said that it is one (TS2588).
      if (value && (isVariable(value.kind) || apart)) {
        imports.push(`${name} as ${shadow}${name}`);
        variables.push(`declare ${value.kind === "let" ? "let" : "const"} ${name}: typeof ${shadow}${name};`);
        if (type !== undefined) imports.push(apart ? `${name}${typeOnly} as ${name}` : name);
      } else if (value) imports.push(name);
      else if (type !== undefined) imports.push(apart ? `${name}${typeOnly} as ${name}` : name);
    }
    return `import { ${imports.join(", ")} } from "${hubSpecifier}"; ${variables.join(" ")}${steady}`;
  }

  /** @param text - declarations (or the whole text) of a cell that was compiled with `prelude` */
  commit(names: ReadonlyMap<string, DeclarationKind>, text: string, kind = ts.ScriptKind.TS): void {
    const { text: fixed, uses } = this.pin(text);
    const augments = /\bdeclare\s+(global|module)\b/.test(fixed);
    if (names.size === 0 && !augments) return;
    const slot = this.takeFree();
    this.slots[slot] = { names, uses, augments };
    for (const [name, kindOfName] of names) this.declare(name, kindOfName, slot);
    this.documents.set(this.layout.slot(slot), fixed, kind, this.slotImports[slot]);
    this.freeDead();
    this.writeHub();
  }

  reset(): void {
    this.values.clear();
    this.types.clear();
    for (const [index, slot] of this.slots.entries()) if (slot) this.free(index);
    this.writeHub();
  }

  /** Value and type of a name are replaced apart, as they are declared apart; a class is both, and replaces both. */
  private declare(name: string, kind: DeclarationKind, slot: number): void {
    if (kind === "type" || kind.endsWith("+type")) this.types.set(name, slot);
    if (kind === "type") {
      if (!isValueOnly(this.values.get(name))) this.values.delete(name);
      return;
    }
    const value = kind.replace("+type", "") as DeclarationKind;
    this.values.set(name, { slot, kind: value });
    if (!isValueOnly({ kind: value })) this.types.delete(name);
  }

  /** Makes a text refer to the names it was compiled with, whoever declares them later. */
  private pin(text: string): { text: string; uses: Set<string> } {
    const uses = new Set<string>();
    const pinned = (name: string): string => {
      const base = name.endsWith(typeOnly) ? name.slice(0, -typeOnly.length) : name;
      const slot = (base === name ? this.values.get(name)?.slot : undefined) ?? this.types.get(base);
      if (slot === undefined) return name;
      const alias = `${base}$$${slot}`;
      uses.add(alias);
      return alias;
    };
    const imports: string[] = [];
    const hub = hubSpecifier.replaceAll(".", "\\.");
    const body = text
      .replace(new RegExp(`import (?:type )?\\{([^}]*)\\} from "${hub}";`, "g"), (_whole, list: string) => {
        for (const item of list.split(",").map((part) => part.replace(/^\s*type\s/, "").trim())) {
          const [name = "", alias = name] = item.split(" as ");
          if (name !== "") imports.push(`${pinned(name)} as ${alias}`);
        }
        return "";
      })
      .replace(new RegExp(`import\\("${hub}"\\)\\.([\\p{ID_Continue}$]+)`, "gu"), (_whole, name: string) => {
        const alias = pinned(name);
        imports.push(alias);
        return alias;
      });
    const list = [...new Set(imports)].join(", ");
    return { text: `import { ${list} } from "${hubSpecifier}"; ${steady} ${body}`, uses };
  }

  /** Frees slots none of whose names is live or used by another slot. */
  private freeDead(): void {
    for (let freed = true; freed; ) {
      freed = false;
      const used = new Set(this.slots.flatMap((slot) => (slot ? [...slot.uses] : [])));
      for (const [index, slot] of this.slots.entries()) {
        if (slot === undefined || slot.augments) continue;
        const needed = [...slot.names.keys()].some((name) => this.isLive(name, index) || used.has(`${name}$$${index}`));
        if (needed) continue;
        this.free(index);
        freed = true;
      }
    }
  }

  private isLive(name: string, slot: number): boolean {
    return this.values.get(name)?.slot === slot || this.types.get(name) === slot;
  }

  /** A free slot, if there is one then one that imports what the cell at hand does and lies in its folder. */
  private takeFree(): number {
    const free = this.slots.findIndex((slot, index) => !slot && this.slotImports[index] === this.modules);
    if (free >= 0) return free;
    const other = this.slots.indexOf(undefined);
    if (other >= 0) {
      this.renew(other);
      return other;
    }
    this.grow();
    return this.slots.indexOf(undefined);
  }

  private free(index: number): void {
    this.slots[index] = undefined;
    this.documents.set(this.layout.slot(index), emptySlot, ts.ScriptKind.TS, this.slotImports[index]);
  }

  private renewFree(): void {
    for (const [index, slot] of this.slots.entries()) if (!slot) this.renew(index);
  }

  /** Moves a free slot to where cells lie now, with the imports of now. */
  private renew(index: number): void {
    this.documents.delete(this.layout.slot(index));
    this.layout.place(index);
    this.slotImports[index] = this.modules;
    this.free(index);
  }

  private grow(): void {
    for (let added = 0; added < step; added += 1) {
      this.slotImports[this.slots.length] = this.modules;
      this.free(this.slots.length);
    }
    this.writeHub();
  }

  private writeHub(): void {
    const used = new Set(this.slots.flatMap((slot) => (slot ? [...slot.uses] : [])));
    const lines = this.slots.map((slot, index) => {
      const exports: string[] = [];
      for (const name of slot?.names.keys() ?? []) {
        const value = this.values.get(name);
        if ((value?.slot ?? this.types.get(name)) === index) exports.push(name);
        else if (this.types.get(name) === index) exports.push(`${name} as ${name}${typeOnly}`);
        if (used.has(`${name}$$${index}`)) exports.push(`${name} as ${name}$$${index}`);
      }
      return `export { ${exports.join(", ")} } from "./${stem}${index}";`;
    });
    this.documents.set(this.layout.hub, lines.join("\n"));
  }
}

const emptySlot = `import {} from "${hubSpecifier}"; ${steady} export {};`;

function isVariable(kind: DeclarationKind): boolean {
  return kind === "let" || kind === "const";
}

/** Whether a declaration leaves the type of its name alone. */
function isValueOnly(declaration: { kind: DeclarationKind } | undefined): boolean {
  return declaration !== undefined && (isVariable(declaration.kind) || declaration.kind === "function");
}
