import type { SourceExtension } from "../kernel/extension.js";
import { complete } from "./assist/complete.js";
import { inspect } from "./assist/hover.js";
import { ambient, ownNames } from "./language/ambient.js";
import { MagicIndex } from "./language/find-magic.js";
import { lower } from "./language/lower.js";
import { environmentFact, type Magic, type NameSource, trackingUriFact } from "./magic.js";

/**
 * The text half of the magics, for the engine process.
 * @param names - what the store holds, for completion; a failure of it only means fewer proposals
 * @param useStore - told which store `names` should ask, when the notebook chooses another
 */
export function magicSourceExtension(
  magics: readonly Magic[],
  names: NameSource,
  useStore?: (uri: string) => void,
): SourceExtension {
  const index = new MagicIndex(magics);
  let added: readonly string[] = [];
  const environment = () => [...new Set([...Object.keys(process.env), ...added])].sort();
  return {
    ambient: ambient(magics),
    ownNames,
    typedCalls: magics
      .filter(({ args }) => args[0]?.typed)
      .flatMap(({ name }) => [`$magic.${name}`, `$magic.assigned.${name}`]),
    lower: (source, syntax) => lower(source, index, syntax),
    complete: (request, syntax, typescript) => complete(request, index, syntax, { names, environment, typescript }),
    inspect: async (request, syntax) => inspect(request, index, syntax),
    learn(facts) {
      const uri = facts[trackingUriFact];
      if (uri !== undefined) useStore?.(uri);
      added = (facts[environmentFact] ?? "").split(" ").filter((name) => name !== "");
    },
  };
}
