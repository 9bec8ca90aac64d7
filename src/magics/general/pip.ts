import { MagicError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";

/** `%pip`: what people type by habit; says what does it here. */
export const pip = defineMagic({
  name: "pip",
  kind: "line",
  summary: "Say how packages are installed here (with %npm)",
  input: "text",
  args: [],
  lowering: "await",
  draws: true,
  examples: ["%npm install zod"],
  run({ text }) {
    throw new MagicError("NOT_IMPLEMENTED", "%pip installs Python packages, and these cells are TypeScript.", {
      hint: `For a package of npm: %npm install <name>. For Python beside the notebook: %sh python3 -m pip ${text || "install <name>"}`,
    });
  },
});
