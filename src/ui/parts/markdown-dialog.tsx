import { NameDialog } from "./name-dialog.js";

/** Asks for a text in Markdown: a note or a description. @param save - stores the text, which may be empty */
export function MarkdownDialog({
  title,
  text,
  close,
  save,
}: {
  title: string;
  text: string;
  close(): void;
  save(text: string): Promise<void>;
}) {
  return (
    <NameDialog
      title={title}
      label="Markdown"
      action="Save"
      initial={text}
      multiline
      mayBeEmpty
      close={close}
      submit={save}
    />
  );
}
