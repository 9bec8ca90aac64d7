import { join, relative } from "node:path";
import ts from "typescript";
import { packageInfo } from "../src/cli/package-info.js";

/** A place in the sources where a name from outside may meet what objects inherit. */
export interface Finding {
  /** `src/render/table.ts:12` */
  place: string;
  /** The text there. */
  text: string;
}

/** The files that read and set computed keys for all others. */
const blessed: readonly string[] = ["src/own.ts"];

/**
 * Finds every place where a key that can be any text is read, set or asked for on an object: `record[key]`, `key in record`,
 * `const { [key]: value } = record`, `for (const key in record)`, `Reflect.has`, `Reflect.set`, `Object.assign` of a record,
 * and a record's `constructor`, `toString` and so on by name. Reading says `own(record, key)`, setting `setOwn` or a spread,
 * asking `Object.hasOwn`; `Reflect.get` is for what a value inherits too. `delete` takes own keys only.
 * @param files - TypeScript files, absolute
 */
export function computedKeys(files: readonly string[]): Finding[] {
  const root = packageInfo().folder;
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    root,
    { noEmit: true, declaration: false, incremental: false, tsBuildInfoFile: undefined, composite: false },
  );
  const program = ts.createProgram(files, options);
  const finder = new Finder(program.getTypeChecker());
  return files.flatMap((name) => {
    const file = program.getSourceFile(name);
    if (file === undefined) throw new Error(`${name} is not in the program.`);
    const shown = relative(root, name).replaceAll("\\", "/");
    if (blessed.includes(shown)) return [];
    return finder.in(file).map((node) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      return { place: `${shown}:${line}`, text: node.getText(file).split("\n")[0] ?? "" };
    });
  });
}

class Finder {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  in(file: ts.SourceFile): ts.Node[] {
    const found: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
      if (this.#isFinding(node)) found.push(node);
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  }

  #isFinding(node: ts.Node): boolean {
    if (ts.isElementAccessExpression(node)) {
      return !ts.isDeleteExpression(node.parent) && this.#isAnyText(node.argumentExpression);
    }
    if (ts.isBinaryExpression(node)) {
      return node.operatorToken.kind === ts.SyntaxKind.InKeyword && this.#isAnyText(node.left);
    }
    if (ts.isForInStatement(node)) return true;
    if (ts.isBindingElement(node)) return this.#isBindingFinding(node);
    if (ts.isPropertyAccessExpression(node)) {
      return inherited.has(node.name.text) && this.#isRecord(this.#checker.getTypeAtLocation(node.expression));
    }
    return ts.isCallExpression(node) && this.#isCallFinding(node);
  }

  #isBindingFinding({ propertyName, name, parent }: ts.BindingElement): boolean {
    if (!ts.isObjectBindingPattern(parent)) return false;
    if (propertyName !== undefined && ts.isComputedPropertyName(propertyName)) {
      return this.#isAnyText(propertyName.expression);
    }
    const key = propertyName ?? name;
    return ts.isIdentifier(key) && inherited.has(key.text) && this.#isRecord(this.#checker.getTypeAtLocation(parent));
  }

  #isCallFinding({ expression, arguments: given }: ts.CallExpression): boolean {
    const callee = expression.getText();
    if (callee === "Reflect.has" || callee === "Reflect.set") {
      const [, key] = given;
      return key !== undefined && this.#isAnyText(key);
    }
    if (callee !== "Object.assign") return false;
    return given.slice(1).some((source) => this.#isRecord(this.#checker.getTypeAtLocation(source)));
  }

  /** Whether a key may be any text; an assertion does not make it one of a few. */
  #isAnyText(key: ts.Expression): boolean {
    const bare = ts.isParenthesizedExpression(key) || ts.isAsExpression(key) ? key.expression : undefined;
    if (bare !== undefined) return this.#isAnyText(bare);
    const closed = ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLike | ts.TypeFlags.ESSymbolLike;
    return each(this.#checker.getTypeAtLocation(key)).some(({ flags }) => (flags & closed) === 0);
  }

  /** A type with keys of any text, or one that nothing is known of. */
  #isRecord(type: ts.Type): boolean {
    return each(type).some((one) => {
      if (one.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) return true;
      return this.#checker.getIndexInfoOfType(one, ts.IndexKind.String) !== undefined;
    });
  }
}

const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

function each(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types.flatMap(each) : [type];
}
