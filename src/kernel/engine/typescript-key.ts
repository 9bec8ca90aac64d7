/** Where a V8 startup snapshot leaves the TypeScript it has loaded; a second copy would cost 400 ms and 100 MB. */
export const preloadedKey: symbol = Symbol.for("runlab.typescript");
