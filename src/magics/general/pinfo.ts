import { types } from "node:util";
import { MagicError } from "../../errors.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import { suggest } from "../../suggest.js";
import { helpBundle } from "../assist/help.js";
import { defineMagic } from "../define-magic.js";
import { kindOf, valueLine } from "./value-line.js";

/** `%pinfo name`, or `name?`: what a name stands for. */
export const pinfo = defineMagic({
  name: "pinfo",
  kind: "line",
  summary: "Show what a name stands for: its type, its documentation and its value; also written name?",
  input: "args",
  args: [
    {
      name: "name",
      type: "string",
      doc: "a variable, a function or a property of one: model.predict",
      positional: true,
      required: true,
    },
  ],
  lowering: "await",
  draws: true,
  examples: ["model.predict?", "%pinfo model.predict"],
  async run({ name }, { services, output, magics }) {
    const hover = known(await services.inspect(name));
    const found = valueAt(name, services.names());
    if (hover === undefined && found === undefined) {
      const magic = magics.find((each) => each.name === name);
      if (magic) {
        output.display(helpBundle(magic));
        return;
      }
      const near = suggest(name, services.names().keys());
      throw new MagicError("RESOURCE_DOES_NOT_EXIST", `Object \`${name}\` not found.`, {
        hint: near === undefined ? "%who lists the variables of this notebook." : `Did you mean ${near}?`,
      });
    }
    output.display(withValue(hover, found && `${kindOf(found.value)}: ${valueLine(found.value)}`));
  },
});

/** Of a name that is not there TypeScript says `any`. */
function known(hover: MimeBundle | undefined): MimeBundle | undefined {
  return hover?.data["text/plain"] === "any" ? undefined : hover;
}

function withValue(hover: MimeBundle | undefined, line: string | undefined): MimeBundle {
  const text = hover?.data["text/plain"];
  const markdown = hover?.data["text/markdown"];
  const plain = [text, line].filter((part) => part !== undefined).join("\n\n");
  if (typeof markdown !== "string") return { data: { "text/plain": plain } };
  // Four spaces make it text as it stands, whatever is in it.
  const shown = line === undefined ? markdown : `${markdown}\n\n    ${line}`;
  return { data: { "text/plain": plain, "text/markdown": shown } };
}

/** The value of `a.b.c` where it is data; what a getter would give is left alone. */
function valueAt(path: string, names: ReadonlyMap<string, unknown>): { value: unknown } | undefined {
  const [first = "", ...keys] = path.split(".");
  if (!names.has(first)) return undefined;
  let value = names.get(first);
  for (const key of keys) {
    const holder = holderOf(value, key);
    const property = holder && Object.getOwnPropertyDescriptor(holder, key);
    if (property === undefined || !("value" in property)) return undefined;
    value = property.value;
  }
  return { value };
}

/** The object in a value's chain of prototypes that has the key. */
function holderOf(value: unknown, key: string): object | undefined {
  let at = typeof value === "object" || typeof value === "function" ? value : Object.getPrototypeOf(value ?? {});
  // A Proxy answers with code of its own.
  while (at !== null && at !== undefined && !types.isProxy(at) && !Object.hasOwn(at, key))
    at = Object.getPrototypeOf(at);
  return types.isProxy(at) ? undefined : (at ?? undefined);
}
