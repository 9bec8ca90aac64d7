import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";

/** A name that a notebook's cell tagged `parameters` declares, for papermill. */
export interface ParameterDeclaration {
  name: string;
  kind: "const" | "let" | "var";
  /** As it is written; null without one. */
  type: string | null;
  /** Its default as it is written; empty when that cannot be told from the cell. */
  value: string;
  /** The comment behind it, on the same line. */
  help: string;
}

/** Every name that the cell's own declarations bring, in their order: lists of them, patterns and several lines too. */
export function parameterDeclarations(text: string): ParameterDeclaration[] {
  const file = ts.createSourceFile("parameters.ts", text, ts.ScriptTarget.ESNext, true);
  return file.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    const { declarationList: list } = statement;
    const kind = list.flags & ts.NodeFlags.Const ? "const" : list.flags & ts.NodeFlags.Let ? "let" : "var";
    return list.declarations.flatMap((declaration) => {
      const help = commentBehind(text, declaration.end);
      const written = (node: TypeScript.Node | undefined) => node?.getText(file) ?? "";
      const type = declaration.type ? written(declaration.type) : null;
      return boundNames(declaration.name, declaration.initializer).map(
        ({ name, value }): ParameterDeclaration => ({
          name,
          kind,
          type: ts.isIdentifier(declaration.name) ? type : null,
          value: written(value),
          help,
        }),
      );
    });
  });
}

interface Bound {
  name: string;
  value: TypeScript.Expression | undefined;
}

/** The names of a pattern, each with its part of a literal, else with its own default. */
function boundNames(name: TypeScript.BindingName, value: TypeScript.Expression | undefined): Bound[] {
  if (ts.isIdentifier(name)) return [{ name: name.text, value }];
  return name.elements.flatMap((element, at) => {
    if (ts.isOmittedExpression(element)) return [];
    const part = element.dotDotDotToken ? undefined : partOf(value, name, element, at);
    return boundNames(element.name, part ?? element.initializer);
  });
}

function partOf(
  value: TypeScript.Expression | undefined,
  pattern: TypeScript.BindingPattern,
  element: TypeScript.BindingElement,
  at: number,
): TypeScript.Expression | undefined {
  if (value === undefined) return undefined;
  if (ts.isArrayBindingPattern(pattern)) {
    if (!ts.isArrayLiteralExpression(value) || value.elements.slice(0, at + 1).some(ts.isSpreadElement))
      return undefined;
    return value.elements[at];
  }
  const key = element.propertyName ?? element.name;
  if (!ts.isObjectLiteralExpression(value) || !(ts.isIdentifier(key) || ts.isStringLiteral(key))) return undefined;
  const property = value.properties.findLast(
    (candidate) =>
      candidate.name !== undefined && !ts.isComputedPropertyName(candidate.name) && candidate.name.text === key.text,
  );
  return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function commentBehind(text: string, end: number): string {
  const [line = ""] = text.slice(end).split("\n", 1);
  const mark = line.indexOf("//");
  return mark >= 0 && ["", ",", ";"].includes(line.slice(0, mark).trim()) ? line.slice(mark + 2).trim() : "";
}
