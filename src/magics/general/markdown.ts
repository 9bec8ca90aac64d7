import { defineMagic } from "../define-magic.js";
import { showBody } from "./show-body.js";

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
