import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.js";
import { ErrorLine } from "./error-box.js";

/** Asks before something is done that cannot be taken back. */
export function ConfirmDialog({
  title,
  action,
  danger = false,
  close,
  confirm,
  children,
}: {
  title: string;
  action: string;
  danger?: boolean;
  close(): void;
  confirm(): Promise<void>;
  children: ComponentChildren;
}) {
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await confirm();
      close();
    } catch (problem) {
      setError(problem as Error);
    }
    setBusy(false);
  };
  return (
    <Dialog title={title} close={close}>
      {children}
      {error && <ErrorLine error={error} />}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={close} autofocus>
          Cancel
        </button>
        <button
          type="button"
          class={danger ? "button danger-fill" : "button primary"}
          disabled={busy}
          onClick={() => void run()}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
