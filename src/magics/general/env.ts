import { MagicError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import { tableBundle } from "../../render/table.js";
import { suggest } from "../../suggest.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

const secretName = /key|token|secret|passw|passphrase|pwd$|credential|auth|cookie|session|private|signature/i;
const hidden = "<hidden>";

/** `%env`, `%env NAME`, `%env NAME=value`: environment variables; what looks like a secret is never printed. */
export const env = defineMagic({
  name: "env",
  kind: "line",
  summary: "Get, set, or list environment variables",
  input: "text",
  args: [],
  complete: "environment",
  lowering: "await",
  draws: true,
  returns: "string",
  examples: ["%env", "%env HOME", "%env MODE=fast", "const home = %env HOME"],
  script({ text, assigned }) {
    const { name, value } = settingOf(text);
    if (!/^\w+$/.test(name)) return undefined;
    if (assigned) return { calls: [`process.env.${name} ?? ""`], sync: true };
    return value === undefined ? undefined : { calls: [`process.env.${name} = ${JSON.stringify(value)}`], sync: true };
  },
  run({ text }, { output, assigned }) {
    const { name, value } = settingOf(text);
    if (name === "") {
      if (assigned)
        throw new MagicError("INVALID_PARAMETER_VALUE", "%env needs a name when it is assigned to a variable.", {
          hint: "The whole environment is process.env.",
        });
      output.display(listing());
      return undefined;
    }
    if (value !== undefined) {
      setOwn(process.env, name, value);
      say(output, `env: ${name}=${shown(name, value)}`);
      return value;
    }
    const current = own(process.env, name);
    if (current === undefined) {
      const near = suggest(name, Object.keys(process.env));
      throw new MagicError("RESOURCE_DOES_NOT_EXIST", `Environment does not have key: ${name}`, {
        hint: near === undefined ? `Set it: %env ${name}=value` : `Did you mean ${near}?`,
      });
    }
    if (!assigned) say(output, shown(name, current));
    return current;
  },
});

/** `NAME`, `NAME=value` or, as IPython takes it too, `NAME value`. */
function settingOf(text: string): { name: string; value?: string } {
  const name = /^[^\s=]*/.exec(text)?.[0] ?? "";
  const rest = text.slice(name.length);
  const value = rest.trimStart();
  if (value.startsWith("=")) return { name, value: value.slice(1).trimStart() };
  return rest === value ? { name } : { name, value };
}

function listing(): MimeBundle {
  const rows = Object.entries(process.env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value = ""]) => [name, shown(name, value)]);
  const columns = [{ label: "name", type: "code", rowHeader: true }, { label: "value" }] as const;
  return tableBundle({ caption: "Environment variables", columns, rows, maxRows: 1000 });
}

/** A secret-like name hides all; elsewhere a password inside a URL is hidden. */
function shown(name: string, value: string): string {
  if (secretName.test(name) && value !== "") return hidden;
  return value.replace(/(?<!\w)(\w+:\/\/[^\s:/@]*):[^\s@/]+@/g, `$1:${hidden}@`);
}
