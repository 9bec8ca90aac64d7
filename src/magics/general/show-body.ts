import type { MimeBundle } from "../../render/mime-bundle.js";
import { defineMagic } from "../define-magic.js";
import type { Magic } from "../magic.js";

/** The cell form of a magic that shows its body as it is, in one MIME type. */
function showBody(bundle: (text: string) => MimeBundle["data"]): NonNullable<Magic["runCell"]> {
  return async ({ text }, { output }) => {
    output.display({ data: bundle(String(text)) });
    return { hasValue: false, value: undefined };
  };
}

/** `%%html`: the cell as HTML. */
export const html = defineMagic({
  name: "html",
  kind: "cell",
  summary: "Render the cell as a block of HTML",
  input: "args",
  body: "text",
  args: [],
  lowering: "await",
  examples: ["%%html\n<b>bold</b>"],
  runCell: showBody((text) => ({ "text/html": text, "text/plain": text })),
});

/** `%%markdown`: the cell as Markdown. */
export const markdown = defineMagic({
  name: "markdown",
  kind: "cell",
  summary: "Render the cell as Markdown",
  input: "args",
  body: "text",
  args: [],
  lowering: "await",
  examples: ["%%markdown\n# Results"],
  runCell: showBody((text) => ({ "text/markdown": text, "text/plain": text })),
});

/** `%%js`: JavaScript for the browser, as in IPython; the kernel's own language needs no magic. */
export const js = defineMagic({
  name: "js",
  kind: "cell",
  summary: "Run the cell as JavaScript in the browser",
  input: "args",
  body: "text",
  args: [],
  lowering: "await",
  examples: ['%%js\nelement.textContent = "hello"'],
  runCell: showBody((text) => ({ "application/javascript": text, "text/plain": "<JavaScript, run by the front end>" })),
});
