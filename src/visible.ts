/**
 * Characters that a terminal acts on instead of showing them: C0 and C1 controls (an ESC or U+009B starts a sequence that moves
 * the cursor, recolours or retitles; a line break fakes a line of its own), and what changes the direction of text or has no
 * width, by which one text passes for another. @see Unicode TR 36, "Bidirectional Text Spoofing"; TR 9, section 2
 */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** Text that others have chosen, on one line and with all that is in it to be seen. JSON's escapes, as `\n` and `\u001b`. */
export function visible(text: string): string {
  return text.replace(unseen, escaped);
}

/** As {@link visible}, for text of several lines that is put together of such texts. */
export function visibleLines(text: string): string {
  return text.replace(unseen, (character) => (character === "\n" ? character : escaped(character)));
}

/** As {@link visibleLines}, for a text that others have laid out themselves, such as a traceback: its tabs stay too. */
export function visibleText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(unseen, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));
}

/** A JSON text of the same value, with nothing in it that a terminal would act on. Its line breaks are JSON's own. */
export function visibleJson(json: string): string {
  return json.replace(unseen, (character) => (character === "\n" ? character : unicodeEscape(character)));
}

const short: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escaped(character: string): string {
  return short.get(character) ?? unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
