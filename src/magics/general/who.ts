import { tableBundle } from "../../render/table.js";
import { ValueOutline } from "../../value-outline.js";
import { defineMagic } from "../define-magic.js";
import type { MagicArg } from "../magic.js";
import type { Services } from "../runtime/services.js";
import { kindOf, valueLine } from "./value-line.js";

const typesArgs = [
  {
    name: "types",
    type: "words",
    doc: "only variables of these types: number, string, Array, Map …",
    positional: true,
  },
] as const satisfies readonly MagicArg[];

/** `%who`: names that the cells have declared. */
export const who = defineMagic({
  name: "who",
  kind: "line",
  summary: "List the variables of this notebook",
  input: "args",
  args: typesArgs,
  lowering: "await",
  draws: true,
  returns: "string[]",
  examples: ["%who", "%who number Array", "const names = %who"],
  run({ types }, { services, output, assigned }) {
    const names = variables(services, types).map(([name]) => name);
    if (!assigned) output.stream("stdout", `${names.length > 0 ? names.join("\t") : nothing(types)}\n`);
    return names;
  },
});

/** `%whos`: the same as a table, with types and the beginning of each value. */
export const whos = defineMagic({
  name: "whos",
  kind: "line",
  summary: "Show the variables of this notebook in a table, with their types and values",
  input: "args",
  args: typesArgs,
  lowering: "await",
  draws: true,
  examples: ["%whos", "%whos number Array"],
  run({ types }, { services, output }) {
    const found = variables(services, types);
    if (found.length === 0) {
      output.stream("stdout", `${nothing(types)}\n`);
      return;
    }
    const outline = new ValueOutline();
    output.display(
      tableBundle({
        caption: "Variables",
        columns: [
          { label: "Variable", type: "code", rowHeader: true },
          { label: "Type", type: "code" },
          { label: "Data/Info", type: "code" },
        ],
        rows: found.map(([name, value]) => [name, kindOf(value), valueLine(value, outline)]),
      }),
    );
  },
});

/** Variables in the order of their names; all without `types`. */
function variables(services: Services, types: readonly string[]): Array<[name: string, value: unknown]> {
  const wanted = types.map((type) => type.toLowerCase());
  return [...services.names()]
    .filter(([, value]) => wanted.length === 0 || wanted.includes(kindOf(value).toLowerCase()))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** IPython's words. */
function nothing(wanted: readonly string[]): string {
  return wanted.length > 0 ? "No variables match your requested type." : "Interactive namespace is empty.";
}
