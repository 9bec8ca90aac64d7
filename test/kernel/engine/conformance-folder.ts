import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A notebook's folder on disk: packages of every kind in node_modules, and files beside the notebook. */
export interface NotebookFolder {
  path: string;
  write(file: string, text: string): void;
  /** Into the folder that this one lies in. */
  writeAbove(file: string, text: string): void;
  remove(): void;
}

const files: Readonly<Record<string, string>> = {
  ...packageFiles("esm-only", {
    manifest: { type: "module", exports: { ".": { types: "./index.d.ts", default: "./index.js" } } },
    "index.js": "export const kind = 'esm'; export default function half(n) { return n / 2; }",
    "index.d.ts": "export declare const kind: string; export default function half(n: number): number;",
  }),
  ...packageFiles("esm-awaits", {
    manifest: { type: "module", exports: { ".": { types: "./index.d.ts", default: "./index.js" } } },
    "index.js": "export const ready = await Promise.resolve('ready'); export default ready;",
    "index.d.ts": "export declare const ready: string; export default ready;",
  }),
  ...packageFiles("cjs-object", {
    manifest: { main: "index.js", types: "index.d.ts" },
    "index.js": "exports.kind = 'cjs'; exports.double = (n) => 2 * n;",
    "index.d.ts": "export declare const kind: string; export declare function double(n: number): number;",
  }),
  ...packageFiles("cjs-function", {
    manifest: { main: "index.js", types: "index.d.ts" },
    "index.js": "module.exports = function greet(name) { return 'hello ' + name; };",
    "index.d.ts": "declare function greet(name: string): string; export = greet;",
  }),
  ...packageFiles("sub-paths", {
    manifest: { type: "module", exports: { "./cors": { types: "./types/cors.d.ts", default: "./lib/cors.js" } } },
    "lib/cors.js": "export const cors = (origin) => ({ origin });",
    "types/cors.d.ts": "export declare function cors(origin: string): { origin: string };",
  }),
  ...packageFiles("hides-types", {
    manifest: { type: "module", exports: { ".": { types: "./index.d.ts", default: "./index.js" } } },
    "index.js": "export const hidden = { n: 1 }; export const make = () => hidden;",
    "index.d.ts":
      "import { Hidden } from './internal.js'; export declare const hidden: Hidden<string>; export declare function make(): Hidden<number>;",
    "internal.d.ts": "declare const mark: unique symbol; export interface Hidden<T> { n: number; [mark]?: T }",
  }),
  ...packageFiles("only-types", {
    manifest: { types: "index.d.ts" },
    "index.d.ts": "export interface Point { x: number; y: number }",
  }),
  ...packageFiles("react", {
    manifest: { exports: { "./jsx-runtime": { types: "./jsx-runtime.d.ts", default: "./jsx-runtime.js" } } },
    "jsx-runtime.js": "exports.jsx = exports.jsxs = (type, props) => ({ type, props });",
    "jsx-runtime.d.ts":
      "export namespace JSX { interface Element { type: string; props: object } interface IntrinsicElements { [tag: string]: object } }\n" +
      "export declare function jsx(type: string, props: object): JSX.Element;\nexport declare const jsxs: typeof jsx;",
  }),
  "data.json": JSON.stringify({ cars: [{ mpg: 18 }, { mpg: 15 }] }),
  "odd.json": '{"constructor": 1, "__proto__": 2, "then": 3}',
  "metrics.ts":
    "import { square } from './square';\nexport const rmse = (errors: number[]) => Math.sqrt(errors.map(square).reduce((a, b) => a + b, 0) / errors.length);",
  "exported.ts":
    "export const kind = 'exported'; export const half = (n: number) => n / 2; export interface Size { cm: number }",
  "points.ts": "export interface Point { x: number }\nexport const origin: Point = { x: 0 };",
  "square.ts": "export const square = (x: number): number => x * x;",
  "plain.js": "export const plain = 'plain JavaScript';",
};

export function createNotebookFolder(): NotebookFolder {
  const above = realpathSync(mkdtempSync(join(tmpdir(), "runlab-engine-")));
  const path = join(above, "notebook");
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    path,
    write,
    writeAbove: (file, text) => write(join("..", file), text),
    remove: () => rmSync(above, { recursive: true, force: true }),
  };
}

/** @param contents - `manifest` is what package.json says besides name and version */
export function packageFiles(
  name: string,
  { manifest, ...contents }: { manifest: object } & Record<string, string | object>,
): Record<string, string> {
  const root = `node_modules/${name}`;
  const named = Object.entries(contents).map(([file, text]) => [`${root}/${file}`, String(text)] as const);
  return {
    [`${root}/package.json`]: JSON.stringify({ name, version: "1.0.0", ...manifest }),
    ...Object.fromEntries(named),
  };
}
