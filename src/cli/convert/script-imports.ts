import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";

/** A name that a script imports. */
export interface Imported {
  module: string;
  /** `default`, `*`, or the name in the module. */
  name: string;
  local: string;
  typeOnly: boolean;
}

/** What a script imports, gathered from all cells: one declaration per module, each name once. */
export class ScriptImports {
  readonly #names: Imported[] = [];
  /** Imports for their effect alone, and forms that are kept as they are. */
  readonly #kept = new Set<string>();

  readonly #resolve: (module: string) => string;

  /** @param resolve - a module's name as the script writes it */
  constructor(resolve: (module: string) => string) {
    this.#resolve = resolve;
  }

  /** The same name of the same module, imported already. */
  find(module: string, name: string): Imported | undefined {
    return this.#names.find((known) => known.module === module && known.name === name);
  }

  add(imported: Imported): void {
    this.#names.push(imported);
  }

  /**
   * Keeps a declaration as it stands when it brings no names (`import "x"`), or must stay as it is: one with attributes, or
   * of a type by default.
   * @returns the names that the other forms bring; none for a declaration that is kept
   */
  read(statement: TypeScript.ImportDeclaration, file: TypeScript.SourceFile): Imported[] {
    const { importClause: clause } = statement;
    const module = (statement.moduleSpecifier as TypeScript.StringLiteral).text;
    const specifier = JSON.stringify(this.#resolve(module));
    if (!clause) {
      this.#kept.add(`import ${specifier}`);
      return [];
    }
    const { namedBindings: bindings, name, isTypeOnly } = clause;
    if (statement.attributes || (isTypeOnly && bindings === undefined)) {
      this.#kept.add(statement.getText(file).replace(statement.moduleSpecifier.getText(file), () => specifier));
      return [];
    }
    const found: Imported[] = [];
    if (name) found.push({ module, name: "default", local: name.text, typeOnly: false });
    if (bindings && ts.isNamespaceImport(bindings)) {
      found.push({ module, name: "*", local: bindings.name.text, typeOnly: false });
    }
    if (bindings && ts.isNamedImports(bindings)) {
      for (const element of bindings.elements) {
        const { text } = element.propertyName ?? element.name;
        found.push({ module, name: text, local: element.name.text, typeOnly: isTypeOnly || element.isTypeOnly });
      }
    }
    return found;
  }

  /**
   * The script's import declarations, one per line.
   * @param isType - whether a local name is used in types only
   */
  text(isType: (local: string) => boolean = () => false): string {
    const modules = [...new Set(this.#names.map(({ module }) => module))];
    return [...modules.flatMap((module) => this.#declarations(module, isType)), ...this.#kept].join("\n");
  }

  #declarations(module: string, isType: (local: string) => boolean): string[] {
    const from = `from ${JSON.stringify(this.#resolve(module))}`;
    const own = this.#names
      .filter((known) => known.module === module)
      .map((known) => ({ ...known, typeOnly: known.typeOnly || isType(known.local) }));
    const whole = own.filter(({ name }) => name === "default" || name === "*");
    const named = own.filter(({ name }) => name !== "default" && name !== "*");
    const specifiers = named
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, local, typeOnly }) => `${typeOnly ? "type " : ""}${name === local ? name : `${name} as ${local}`}`);
    return [
      ...whole.map(
        ({ name, local, typeOnly }) =>
          `import ${typeOnly ? "type " : ""}${name === "*" ? `* as ${local}` : local} ${from}`,
      ),
      ...(specifiers.length > 0 ? [`import ${bracedList(specifiers)} ${from}`] : []),
    ];
  }
}

/** On one line where it fits. */
function bracedList(items: readonly string[]): string {
  const line = `{ ${items.join(", ")} }`;
  return line.length <= 90 ? line : `{\n${items.map((item) => `  ${item},\n`).join("")}}`;
}
