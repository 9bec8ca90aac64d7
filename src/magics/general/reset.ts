import { MagicError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";

/** `%reset`: forgets every name, after asking; `force` does not ask. */
export const reset = defineMagic({
  name: "reset",
  kind: "line",
  summary: "Forget every variable of this notebook",
  input: "args",
  args: [{ name: "force", type: "boolean", dashed: ["-f"], doc: "do not ask first" }],
  lowering: "await",
  draws: true,
  examples: ["%reset", "%reset force"],
  async run({ force }, { services, output }) {
    if (force !== true && !(await agreed(services.confirm))) {
      output.stream("stdout", "Nothing done.\n");
      return;
    }
    await services.reset();
  },
});

async function agreed(confirm: (question: string) => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await confirm("Once deleted, variables cannot be recovered. Proceed?");
  } catch (cause) {
    throw new MagicError("INVALID_STATE", "%reset asks for confirmation, but this front end does not support input.", {
      hint: "Use %reset force.",
      cause,
    });
  }
}
