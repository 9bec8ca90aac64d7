import { classOf } from "../../own.js";
import { defineMagic } from "../define-magic.js";

/** `%who`: names that the cells have declared. */
export const who = defineMagic({
  name: "who",
  kind: "line",
  summary: "List the variables of this notebook",
  input: "args",
  args: [
    {
      name: "types",
      type: "words",
      doc: "only variables of these types: number, string, Array, Map …",
      positional: true,
    },
  ],
  lowering: "await",
  draws: true,
  returns: "string[]",
  examples: ["%who", "%who number Array", "const names = %who"],
  run({ types }, { services, output, assigned }) {
    const wanted = types.map((type) => type.toLowerCase());
    const names = [...services.names()]
      .filter(([, value]) => wanted.length === 0 || wanted.includes(typeOf(value).toLowerCase()))
      .map(([name]) => name)
      .sort();
    if (!assigned) output.stream("stdout", `${names.length > 0 ? names.join("\t") : nothing(wanted)}\n`);
    return names;
  },
});

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return classOf(value)?.name ?? "Object";
}

/** IPython's words. */
function nothing(wanted: string[]): string {
  return wanted.length > 0 ? "No variables match your requested type." : "Interactive namespace is empty.";
}
