import { defineMagic } from "../define-magic.js";
import { showBody } from "./show-body.js";

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
