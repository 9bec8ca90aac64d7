import type { CompiledModule } from "./engine.js";

/** Asks the engine for a local file; undefined when it does not compile it. */
export type CompileModule = (specifier: string, from: string) => Promise<CompiledModule | undefined>;

/** Whether a specifier is that of a file, and not of a package. */
export function isPath(specifier: string): boolean {
  return /^(\.{1,2}\/|\/|file:|[A-Za-z]:[\\/])/.test(specifier);
}

/** What `import()` throws of a file that code named while it ran, and that is not valid TypeScript. */
export function moduleError(specifier: string, { diagnostics }: CompiledModule & { ok: false }): Error {
  const lines = diagnostics.map(({ message, code, start, file }) => {
    const before = file?.text.slice(0, start).split("\n") ?? [""];
    const place = file ? `${file.name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1} - ` : "";
    return `${place}${code === "" ? "" : `${code}: `}${message}`;
  });
  const error = new Error([`import(${JSON.stringify(specifier)}) was refused.`, ...lines].join("\n"));
  error.name = "TypeScriptError";
  return error;
}
