import type { MagicArg, NameSource } from "../magic.js";
import { filterKinds } from "./complete-filter.js";
import { proposePaths } from "./complete-paths.js";
import type { PartialValue } from "./partial-arg.js";
import type { Proposed } from "./proposal.js";

/** Where names come from. */
export interface NameSources {
  store: NameSource;
  /** Names of environment variables. */
  environment(): readonly string[];
  /** Variables that code at the place can use and that the notebook declares; `typed` is how the name begins. */
  variables(start: number, typed: string): Promise<readonly string[]>;
}

/** What may stand in the place of a value, by what its declaration says that it is. */
export async function proposeValues(
  { complete, type }: Pick<MagicArg, "complete" | "type">,
  value: PartialValue,
  sources: NameSources,
): Promise<Proposed> {
  const among = (words: readonly string[], kind: string): Proposed => ({
    start: value.start,
    typed: value.text,
    proposals: words.map((name) => ({ text: value.write(name), name, type: kind })),
  });
  // A store that can't be read is reported when a cell uses it; here it only means that there is nothing to propose.
  const names: NameSource = (kind) => sources.store(kind).catch(() => []);
  switch (complete) {
    case undefined:
      return among(type === "boolean" ? ["true", "false"] : [], "keyword");
    case "file":
    case "folder":
      return proposePaths(value, complete);
    case "environment":
      return among(sources.environment(), "variable");
    case "variable": {
      // The value of a variable is an expression: a bare word would be text.
      const found = value.quote === undefined ? await sources.variables(value.start, value.text) : [];
      return {
        ...among([], "variable"),
        proposals: found.map((name) => ({ text: `{${name}}`, name, type: "variable" })),
      };
    }
    case "run_filter":
    case "run_order":
    case "model_filter":
      return filterKinds[complete](value, names);
    default:
      return typeof complete === "string" ? among(await names(complete), complete) : among(complete, "keyword");
  }
}
