import { quotedText } from "./filter-completion.js";

/** What tells a filter from words to look for: a comparison, a parenthesis, or the beginning of a field. */
const comparison = /[=<>!(]|\s(?:NOT|I?LIKE|IN|IS)(?:\s|$)|^\s*(?:NOT\s|(?:metric|param|parameter|tag|attribute)s?\.)/i;

/** Of the fields that a filter begins with. */
const entities = ["metrics.", "params.", "tags.", "attributes."];

/**
 * The words that somebody looks for, where the text is no filter: part of a run's name, or the beginning of its id. In quotes any
 * text is one: trials are named `lr=0.1`.
 */
export function searchedWords(text: string): string | undefined {
  const trimmed = text.trim();
  const [, quoted] = /^(?:'([^']*)'|"([^"]*)")$/.exec(trimmed)?.filter((group) => group !== undefined) ?? [];
  if (quoted !== undefined) return quoted || undefined;
  return trimmed === "" || comparison.test(text) ? undefined : trimmed;
}

/** What is written in the field, in the filter language of `%runs`. */
export function filterOf(text: string): string {
  const words = searchedWords(text);
  if (words === undefined) return text;
  const byName = `attributes.run_name ILIKE ${quotedText(`%${words}%`)}`;
  return /^[0-9a-f]{6,32}$/i.test(words)
    ? `${byName} OR attributes.run_id LIKE ${quotedText(`${words.toLowerCase()}%`)}`
    : byName;
}

/** Whether it may be the beginning of a field: nobody looks for runs by it yet. */
export function beginsField(text: string): boolean {
  const typed = text.trim().toLowerCase();
  return typed.length > 2 && entities.some((entity) => entity.startsWith(typed));
}
