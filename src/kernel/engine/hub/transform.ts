import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";
import type { UserPart } from "./cell-text.js";
import { callOnCell, declarationsToAssignments, named, ownKey } from "./factory.js";
import { interruptible, interruptibleBody, isRecurringBody, ownLoop } from "./interruptible.js";
import { runtimeNames } from "./layout.js";
import { isValueStatement } from "./outline.js";
import { exportToBindings, importToBindings, withoutExport } from "./transform-modules.js";
import type { TypedCalls } from "./typed-calls.js";

/**
 * Moves a cell's top-level names onto boxes that later cells share, so that bindings are live across cells, asks for an
 * interrupt in every loop and in every function that calls, and hands the last expression's value to the cell.
 * @param part - what is emitted; what stands before and after it is ours
 */
export function cellTransformer(
  names: CellNames,
  part: UserPart,
  typed?: TypedCalls,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const head: TypeScript.Statement[] = [];
    const visit = visitorOf(context, names, typed);

    const own = file.statements.filter(
      (statement) => statement.getStart(file) >= part.start && statement.end <= part.end,
    );
    const last = own.findLast((statement) => !ts.isEmptyStatement(statement));
    const body = own.flatMap((statement): TypeScript.Statement[] => {
      if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) {
        const binding = importToBindings(statement, names, visit);
        if (binding === undefined) return [];
        if (ts.isImportEqualsDeclaration(statement)) return [binding];
        head.push(binding);
        return [];
      }
      if (ts.isExportDeclaration(statement)) {
        const binding = exportToBindings(statement, names);
        if (binding) head.push(binding);
        return [];
      }
      if (isValueStatement(statement)) {
        const expression = ts.visitNode(statement.expression, visit, ts.isExpression) ?? statement.expression;
        const whole = statement === last ? factory.createAssignment(cellMember("value"), expression) : expression;
        return [ts.setTextRange(factory.createExpressionStatement(whole), statement)];
      }
      const visited = ts.visitNode(statement, visit) as TypeScript.Statement | undefined;
      if (visited === undefined) return [];
      return [withoutExport(visited), ...assignAfter(statement)];
    });

    const hoisted = own.flatMap((statement) =>
      ts.isFunctionDeclaration(statement) && statement.body && statement.name ? [statement.name] : [],
    );
    for (const name of names.hoistedVars) head.unshift(assign(name, factory.createVoidZero()));
    for (const name of hoisted) head.unshift(assign(name.text, factory.createIdentifier(name.text)));
    return factory.updateSourceFile(
      file,
      ts.setTextRange(factory.createNodeArray([...head, ...body]), file.statements),
    );

    function assign(name: string, value: TypeScript.Expression): TypeScript.Statement {
      return factory.createExpressionStatement(factory.createAssignment(boxAccess(names, name), value));
    }

    /** Classes, enums and namespaces keep their declaration; `using` keeps its disposal at the end of the cell. */
    function assignAfter(statement: TypeScript.Statement): TypeScript.Statement[] {
      if (ts.isVariableStatement(statement) && isUsing(statement.declarationList)) {
        return statement.declarationList.declarations.flatMap((declaration) =>
          ts.isIdentifier(declaration.name)
            ? [assign(declaration.name.text, factory.createIdentifier(declaration.name.text))]
            : [],
        );
      }
      const declares =
        (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement)) &&
        names.isValue(statement);
      if (!declares || statement.name === undefined || !ts.isIdentifier(statement.name)) return [];
      return [assign(statement.name.text, factory.createIdentifier(statement.name.text))];
    }
  };
}

/** What a local `.ts` module needs of the same rewriting: dynamic imports, `import.meta` and interrupts. */
export function moduleTransformer(): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => ts.visitEachChild(file, visitorOf(context, undefined), context);
}

/** Removes what TypeScript adds on emit: `export {}`; its own imports (JSX's runtime) become awaited ones. */
export function cleanupTransformer(): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const statements = file.statements.flatMap((statement): TypeScript.Statement[] => {
      if (ts.isExportDeclaration(statement)) return [];
      if (!ts.isImportDeclaration(statement)) return [statement];
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) return [];
      const pattern = factory.createObjectBindingPattern(
        bindings.elements.map((element) =>
          factory.createBindingElement(undefined, element.propertyName ?? element.name, element.name),
        ),
      );
      const value = factory.createAwaitExpression(callOnCell("import", [statement.moduleSpecifier]));
      const declaration = factory.createVariableDeclaration(pattern, undefined, undefined, value);
      return [
        factory.createVariableStatement(
          undefined,
          factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
        ),
      ];
    });
    return factory.updateSourceFile(file, statements);
  };
}

function cellMember(name: string): TypeScript.PropertyAccessExpression {
  return ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier(runtimeNames.cell), name);
}

/** `f!`, `(f as T)`: what stands there when the types are gone. */
function withoutTypes(node: TypeScript.Expression): TypeScript.Expression {
  const wrapped =
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node);
  return wrapped ? withoutTypes(node.expression) : node;
}

function isUsing(list: TypeScript.VariableDeclarationList): boolean {
  const kind = list.flags & ts.NodeFlags.BlockScoped;
  return kind === ts.NodeFlags.Using || kind === ts.NodeFlags.AwaitUsing;
}

function visitorOf(
  context: TypeScript.TransformationContext,
  names: CellNames | undefined,
  typed?: TypedCalls,
): TypeScript.Visitor {
  const { factory } = context;
  const inner = (node: TypeScript.Node) => ts.visitEachChild(node, visit, context);
  const expression = (node: TypeScript.Expression) => ts.visitNode(node, visit, ts.isExpression) ?? node;
  return visit;

  function visit(node: TypeScript.Node): TypeScript.VisitResult<TypeScript.Node | undefined> {
    return isRecurringBody(node) ? interruptibleBody(rewritten(node) as TypeScript.ConciseBody) : rewritten(node);
  }

  function rewritten(node: TypeScript.Node): TypeScript.VisitResult<TypeScript.Node | undefined> {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
    if (isChain(node)) return visitChain(node, visit);
    if (ts.isIterationStatement(node, false)) {
      const own = names && ownLoop(node, names, visit);
      return interruptible(own ?? (inner(node) as TypeScript.IterationStatement));
    }
    if (ts.isCallExpression(node)) return call(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return cellMember("meta");
    if (names === undefined) return inner(node);

    if (ts.isIdentifier(node)) return names.boxed(node) ? access(node) : node;
    if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
    if (ts.isTaggedTemplateExpression(node)) {
      const callee = detached(node.tag);
      if (callee === undefined) return inner(node);
      const template = ts.visitNode(node.template, visit, ts.isTemplateLiteral) ?? node.template;
      return ts.setTextRange(factory.createTaggedTemplateExpression(callee, undefined, template), node);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      if (ts.isIdentifier(node.left) && names.boxed(node.left)) {
        const value = named(node.left.text, expression(node.right));
        return ts.setTextRange(factory.createAssignment(access(node.left), value), node);
      }
    }
    if (ts.isVariableStatement(node) && names.ownsList(node.declarationList) && !isUsing(node.declarationList)) {
      return statementOf(declarationsToAssignments(node.declarationList, names, visit), node);
    }
    return inner(node);
  }

  function access(node: TypeScript.Identifier): TypeScript.Expression {
    const box = ts.setTextRange(boxAccess(names as CellNames, node.text), node);
    return ts.setOriginalNode(box, node);
  }

  /** `f()` must not call with the box as `this`: `(0, box.v)()`. */
  function detached(callee: TypeScript.Expression): TypeScript.Expression | undefined {
    const bare = withoutTypes(callee);
    if (names === undefined || !ts.isIdentifier(bare) || !names.boxed(bare)) return undefined;
    // V8 places the call after the callee; without trailing mappings that leads to the callee's name, as uncompiled.
    const quiet = <T extends TypeScript.Node>(node: T) => ts.setEmitFlags(node, ts.EmitFlags.NoTrailingSourceMap);
    const comma = factory.createComma(factory.createNumericLiteral(0), quiet(access(bare)));
    return quiet(ts.setTextRange(factory.createParenthesizedExpression(quiet(comma)), callee));
  }

  function call(node: TypeScript.CallExpression): TypeScript.Node {
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return ts.setTextRange(callOnCell("import", node.arguments.map(expression)), node);
    }
    const typedArguments = typed?.arguments(node, expression);
    const callee = detached(node.expression) ?? (typedArguments && expression(node.expression));
    if (callee === undefined) return inner(node);
    const args = typedArguments ?? node.arguments.map(expression);
    const whole = node.questionDotToken
      ? factory.createCallChain(callee, node.questionDotToken, undefined, args)
      : node.flags & ts.NodeFlags.OptionalChain
        ? factory.createCallChain(callee, undefined, undefined, args)
        : factory.createCallExpression(callee, undefined, args);
    return ts.setOriginalNode(ts.setTextRange(whole, node), node);
  }

  function shorthand(node: TypeScript.ShorthandPropertyAssignment): TypeScript.Node {
    const fallback = node.objectAssignmentInitializer;
    if (names === undefined || !names.boxed(node.name)) return inner(node);
    const target = access(node.name);
    const value = fallback ? factory.createAssignment(target, expression(fallback)) : target;
    return ts.setTextRange(factory.createPropertyAssignment(ownKey(node.name.text), value), node);
  }

  function statementOf(value: TypeScript.Expression | undefined, at: TypeScript.Node): TypeScript.Statement {
    const statement = value ? factory.createExpressionStatement(value) : factory.createEmptyStatement();
    return ts.setTextRange(statement, at);
  }
}

/** `a + b + c + …`, which the parser nests to the left, as deep as the chain is long. */
function isChain(node: TypeScript.Node): node is TypeScript.BinaryExpression {
  return ts.isBinaryExpression(node) && ts.isBinaryExpression(node.left);
}

/** Visits a chain from its innermost pair outwards, on a flat stack: thousands of lines joined by `+` are no rarity. */
function visitChain(node: TypeScript.BinaryExpression, visit: TypeScript.Visitor): TypeScript.Expression {
  const outer: TypeScript.BinaryExpression[] = [];
  let inner: TypeScript.Expression = node;
  while (isChain(inner)) {
    outer.push(inner);
    inner = inner.left;
  }
  const visited = (each: TypeScript.Expression) => ts.visitNode(each, visit, ts.isExpression) ?? each;
  return outer.reduceRight(
    (left, pair) => ts.factory.updateBinaryExpression(pair, left, pair.operatorToken, visited(pair.right)),
    visited(inner),
  );
}
