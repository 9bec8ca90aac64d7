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
