/** A list of no more than these is seen at a glance, and needs no field to find one. */
export const seenAtOnce = 12;

/** The field above a list that leaves only what has this text. @param label - says it in full, where there are several on a page */
export function FindField({
  by,
  label = `Find by ${by}`,
  text,
  find,
}: {
  by: string;
  label?: string;
  text: string;
  find(text: string): void;
}) {
  return (
    <input
      type="search"
      class="grow"
      aria-label={label}
      placeholder={`Find by ${by}`}
      value={text}
      onInput={(event) => find(event.currentTarget.value)}
    />
  );
}

/** Whether one of these has the text that is looked for, in any case; all have no text. */
export function hasText(shown: readonly string[], text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === "" || shown.some((one) => one.toLowerCase().includes(wanted));
}

/** The first line of a note in Markdown, below a name in a list. */
export function NoteLine({ note }: { note: string | undefined }) {
  const line = note?.split("\n").find((one) => one.trim() !== "");
  return line === undefined ? null : <p class="note-line">{line.replace(/^#+ /, "")}</p>;
}
