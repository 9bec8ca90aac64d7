import { defineMagic } from "../define-magic.js";

/** `%pwd`: the working directory. */
export const pwd = defineMagic({
  name: "pwd",
  kind: "line",
  summary: "Return the working directory",
  input: "args",
  args: [],
  lowering: "await",
  returns: "string",
  examples: ["%pwd", "const here = %pwd"],
  run: () => process.cwd(),
});
