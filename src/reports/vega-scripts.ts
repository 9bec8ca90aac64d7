import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** In the order that a page loads them; each is a classic script. */
const packages = ["vega", "vega-lite", "vega-embed"];

/** The scripts of Vega, Vega-Lite and Vega-Embed as a page takes them inline: 0.83 MB together. */
export async function vegaScripts(): Promise<string[]> {
  const { resolve } = createRequire(import.meta.url);
  return Promise.all(
    packages.map(async (name) => {
      const text = await readFile(join(dirname(resolve(name)), `${name}.min.js`), "utf8");
      return scriptText(text.replace(/\n\/\/# sourceMappingURL=\S*\s*$/, "\n"));
    }),
  );
}

/** JavaScript with nothing in it that ends or nests a script element. @see HTML, "Restrictions for contents of script elements" */
function scriptText(text: string): string {
  return text.replace(/<(?=\/script|script|!--)/gi, "\\x3c");
}
