import { MagicError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";
import { runCommand } from "./run-command.js";

/** `%npm install zod`: npm, in the notebook's folder. */
export const npm = defineMagic({
  name: "npm",
  kind: "line",
  summary: "Run npm in the working directory",
  input: "text",
  args: [],
  lowering: "await",
  draws: true,
  returns: "string[]",
  examples: ["%npm install zod", "%npm ls --depth=0"],
  run({ text }, context) {
    if (text === "") {
      throw new MagicError("INVALID_PARAMETER_VALUE", "%npm needs a command.", {
        hint: "For example: %npm install zod",
      });
    }
    return runCommand(`npm ${text}`, { name: "%npm", quiet: context.assigned }, context);
  },
});

/** `%pip`: what people type by habit; says what does it here. */
export const pip = defineMagic({
  name: "pip",
  kind: "line",
  summary: "Explain how to install packages here (with %npm)",
  input: "text",
  args: [],
  lowering: "await",
  draws: true,
  examples: ["%npm install zod"],
  run({ text }) {
    throw new MagicError("NOT_IMPLEMENTED", "%pip installs Python packages, but these cells are TypeScript.", {
      hint: `For an npm package: %npm install <name>. For a Python package: %sh python3 -m pip ${text || "install <name>"}`,
    });
  },
});
