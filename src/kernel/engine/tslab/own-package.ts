import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const requireFromHere = createRequire(import.meta.url);

/** Root folder of this package, for `import "runlab"` where the notebook's folder has none. */
export function ownPackageRoot(): string {
  return rootAbove(dirname(fileURLToPath(import.meta.url)));
}

/** The public API of this copy of the package. */
export function requireOwnPackage(): unknown {
  const { main } = requireFromHere(join(ownPackageRoot(), "package.json")) as { main: string };
  return requireFromHere(join(ownPackageRoot(), main));
}

function rootAbove(folder: string): string {
  try {
    const manifest = requireFromHere(join(folder, "package.json")) as { name?: string };
    if (manifest.name === "runlab") return folder;
  } catch {
    // no package.json here: look one folder further up
  }
  const parent = dirname(folder);
  return parent === folder ? folder : rootAbove(parent);
}
