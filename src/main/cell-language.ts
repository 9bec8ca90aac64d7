import { kernelAmbient } from "../kernel/ambient.js";
import type { SourceExtension } from "../kernel/extension.js";
import { magics } from "../magics/registry.js";
import { magicSourceExtension } from "../magics/source-extension.js";
import { type OpenSession, StoreNames } from "./store-names.js";

/**
 * What cells may say beyond TypeScript: the magics, and the names that the kernel gives every cell.
 * @param openSession - for the names that completion proposes
 */
export function cellLanguage(openSession: OpenSession): SourceExtension {
  const store = new StoreNames(openSession);
  const extension = magicSourceExtension(magics, store.names, (uri) => store.useStore(uri));
  return {
    ...extension,
    cellComes: () => store.cellRuns(),
    ambient: `${kernelAmbient}${extension.ambient}`,
    typedCalls: [...(extension.typedCalls ?? []), "signatureOf"],
  };
}
