import { LabelEditor } from "../parts/label-editor.js";
import { useServices } from "../services.js";

/** Tags as small labels, each with a button to remove it, and a field to add one: `key=value`. What goes wrong is said. */
export function TagEditor({
  tags,
  set,
  remove,
  changed,
  denied,
}: {
  tags: ReadonlyArray<readonly [string, string]>;
  set(key: string, value: string): Promise<unknown>;
  remove(key: string): Promise<unknown>;
  /** Called when the server has answered. */
  changed(): void;
  /** Why the user may not change them. */
  denied?: string | undefined;
}) {
  const { toast } = useServices();
  const change = async (request: Promise<unknown>) => {
    await request.catch((error: Error) => toast({ text: error.message, bad: true }));
    changed();
  };
  return (
    <LabelEditor
      title="Tags"
      noun="tag"
      labels={tags.map(([key, value]) => ({ id: key, text: value === "" ? key : `${key}=${value}` }))}
      fieldName="New tag, as key=value"
      example="key=value"
      readOnly={denied !== undefined}
      add={(text) => {
        const [key = "", ...value] = text.split("=");
        if (key.trim() !== "") void change(set(key.trim(), value.join("=").trim()));
      }}
      remove={(key) => void change(remove(key))}
    />
  );
}
