import { useId, useState } from "preact/hooks";
import { Dialog } from "./dialog.js";
import { ErrorLine } from "./error-box.js";

/** Asks for a text and does something with it; what goes wrong is said below it. */
export function NameDialog({
  title,
  label,
  action,
  initial = "",
  multiline = false,
  mayBeEmpty = false,
  hint,
  suggestions = [],
  close,
  submit,
}: {
  title: string;
  label: string;
  action: string;
  initial?: string;
  multiline?: boolean;
  mayBeEmpty?: boolean;
  hint?: string;
  /** Names there are, to choose one of. */
  suggestions?: readonly string[];
  close(): void;
  submit(text: string): Promise<void>;
}) {
  const [text, setText] = useState(initial);
  const [error, setError] = useState<Error>();
  const id = useId();
  const [busy, setBusy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await submit(multiline ? text : text.trim());
      close();
    } catch (problem) {
      setError(problem as Error);
    }
    setBusy(false);
  };
  const change = (event: { currentTarget: { value: string } }) => setText(event.currentTarget.value);
  return (
    <Dialog title={title} close={close} wide={multiline}>
      <form onSubmit={send}>
        <div class="field">
          <label for={id}>{label}</label>
          {multiline ? (
            <textarea id={id} rows={12} value={text} onInput={change} autofocus />
          ) : (
            <input
              id={id}
              type="text"
              value={text}
              onInput={change}
              autofocus
              autocomplete="off"
              spellcheck={false}
              {...(suggestions.length === 0 ? {} : { list: `${id}-names` })}
            />
          )}
          {suggestions.length > 0 && (
            <datalist id={`${id}-names`}>
              {suggestions.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          )}
        </div>
        {hint && <p class="hint">{hint}</p>}
        {error && <ErrorLine error={error} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy || (!mayBeEmpty && text.trim() === "")}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
