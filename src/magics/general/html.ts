import { defineMagic } from "../define-magic.js";
import { showBody } from "./show-body.js";

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
