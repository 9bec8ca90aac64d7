import { homeFolder } from "../../user-folders.js";

const home = /^~(?=$|[\\/])/;

/** `~` and `~/data` as shells take them; any other path as it is. */
export function homePath(path: string): string {
  const folder = homeFolder();
  return folder === undefined ? path : path.replace(home, () => folder);
}

/**
 * The same path in a plain script.
 * @param path - what was given as a plain word or text; any other value is no `~`
 * @returns an expression with the names that it needs, by module; undefined when the path stands as it is
 */
export function homePathText(path: unknown): { text: string; imports: Record<string, string[]> } | undefined {
  if (typeof path !== "string" || !home.test(path)) return undefined;
  return { text: `homedir() + ${JSON.stringify(path.slice(1))}`, imports: { "node:os": ["homedir"] } };
}
