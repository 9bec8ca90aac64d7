import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import type TypeScript from "typescript";
import { ModelError } from "../../errors.js";
import { setOwn } from "../../own.js";
import { peerPackage, peerVersion } from "../../peer-package.js";

export interface CopiedModule {
  /** The entry's path in the folder. */
  entry: string;
  requirements: Record<string, string>;
}

const extensions = [".ts", ".mts", ".js", ".mjs", ".json"];

/**
 * Copies a module and all local files that it imports into a folder, TypeScript turned into JavaScript, so that it loads
 * without the notebook. Packages are not copied: they are the model's requirements.
 * @throws {ModelError} RESOURCE_DOES_NOT_EXIST for an import of a file or package that is not there
 */
export async function copyModule(path: string, folder: string): Promise<CopiedModule> {
  const ts = (await peerPackage("typescript", "A model in a module")) as unknown as typeof TypeScript;
  const entry = locate(resolve(path), path);
  const files = new Map<string, string>();
  const requirements: Record<string, string> = {};
  await read(entry);
  const root = commonFolder([...files.keys()]);
  for (const [file, text] of files) {
    const target = join(folder, nameIn(root, file));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  return { entry: nameIn(root, entry).split(sep).join("/"), requirements };

  async function read(file: string): Promise<void> {
    if (files.has(file)) return;
    const source = await readFile(file, "utf8");
    if (extname(file) === ".json") {
      files.set(file, `export default ${source.trim()};\n`);
      return;
    }
    files.set(file, "");
    const local = new Map<string, string>();
    for (const { fileName: specifier } of ts.preProcessFile(source, true, true).importedFiles) {
      if (specifier.startsWith(".") || specifier.startsWith("/")) {
        const target = locate(resolve(dirname(file), specifier), specifier);
        local.set(specifier, target);
        await read(target);
      } else if (!isBuiltin(specifier)) require(specifier, file);
    }
    files.set(file, compile(source, file, local));
  }

  function require(specifier: string, file: string): void {
    const name = specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/");
    const version = peerVersion(name);
    if (version === undefined) {
      throw new ModelError(
        "RESOURCE_DOES_NOT_EXIST",
        `${basename(file)} imports '${name}', which is not installed here.`,
        {
          hint: `npm i ${name}`,
        },
      );
    }
    setOwn(requirements, name, version);
  }

  /** Imports of local files are written as the files are named in the folder. */
  function compile(source: string, file: string, local: ReadonlyMap<string, string>): string {
    const rename: TypeScript.TransformerFactory<TypeScript.SourceFile> = (context) => (tree) => {
      const visit = (node: TypeScript.Node): TypeScript.Node => {
        const target = ts.isStringLiteral(node) && isSpecifier(ts, node) ? local.get(node.text) : undefined;
        if (target === undefined) return ts.visitEachChild(node, visit, context);
        const path = relative(dirname(file), jsName(target)).split(sep).join("/");
        return context.factory.createStringLiteral(path.startsWith(".") ? path : `./${path}`);
      };
      return ts.visitEachChild(tree, visit, context);
    };
    const { outputText } = ts.transpileModule(source, {
      fileName: file,
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, allowJs: true },
      transformers: { after: [rename as TypeScript.TransformerFactory<TypeScript.SourceFile>] },
    });
    return outputText;
  }
}

function isSpecifier(ts: typeof TypeScript, node: TypeScript.StringLiteral): boolean {
  // Nodes of the emitted tree lead to their parents through the original.
  const { parent } = ts.getOriginalNode(node);
  return (
    parent !== undefined &&
    (ts.isImportDeclaration(parent) ||
      ts.isExportDeclaration(parent) ||
      (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword))
  );
}

/** `./a`, `./a.js` (of a.ts) and `./a.ts` all mean a.ts. */
function locate(path: string, specifier: string): string {
  const bare = path.replace(/\.m?js$/, "");
  const candidates = [
    path,
    ...extensions.map((extension) => bare + extension),
    ...extensions.map((end) => join(path, `index${end}`)),
  ];
  const found = candidates.find((file) => extensions.includes(extname(file)) && existsSync(file));
  if (found !== undefined) return found;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `There is no module '${specifier}'.`, {
    hint: `Looked for ${path}, and for that path with the extensions ${extensions.join(", ")}.`,
  });
}

function jsName(file: string): string {
  return file.replace(/\.m?ts$|\.mjs$|\.json$/, (end) => (end === ".json" ? ".json.js" : ".js"));
}

function nameIn(root: string, file: string): string {
  return relative(root, jsName(file));
}

function commonFolder(files: readonly string[]): string {
  const [first = "", ...rest] = files.map((file) => dirname(file));
  return rest.reduce((common, folder) => {
    let shared = common;
    while (folder !== shared && !folder.startsWith(shared + sep)) shared = dirname(shared);
    return shared;
  }, first);
}
