import type { LevelJson } from "../../server/page/page-json.js";
import { useServices } from "../services.js";

const order: readonly LevelJson[] = ["none", "read", "write", "admin"];

/**
 * Why a user may not do something, for what would do it to say.
 * @param level - what the user may do; undefined where nobody signs in
 * @param what - of which: "this experiment"
 */
export function denial(level: LevelJson | undefined, wanted: LevelJson, what: string): string | undefined {
  if (level === undefined || order.indexOf(level) >= order.indexOf(wanted)) return undefined;
  const may =
    level === "none" ? "You may not read" : level === "read" ? "You may only read" : "You may write, but not manage,";
  return `${may} ${what}. An admin can grant you more.`;
}

/** Why the user may not change an experiment in this way; undefined when that is allowed. */
export function useDenial(experimentId: string, wanted: LevelJson): string | undefined {
  const { experiments } = useServices();
  const found = experiments.value?.experiments.find(({ id }) => id === experimentId);
  return denial(found?.level, wanted, "this experiment");
}

/** The same of the registered models. */
export function useModelsDenial(wanted: LevelJson = "write"): string | undefined {
  return denial(useServices().me?.models, wanted, "the registered models");
}

const words: Readonly<Record<LevelJson, { text: string; title: string }>> = {
  none: { text: "no access", title: "You may not read it." },
  read: { text: "you may read", title: "You may look at everything, and change nothing. An admin can grant you more." },
  write: { text: "you may write", title: "You may log, change and delete runs." },
  admin: { text: "you are an admin", title: "You may do everything, also rename and delete it." },
};

/** What the user may do with something; nothing where nobody signs in. */
export function AccessMark({ level }: { level: LevelJson | undefined }) {
  if (level === undefined) return null;
  const { text, title } = words[level];
  return (
    <span class={`access ${level}`} title={title}>
      {text}
    </span>
  );
}
