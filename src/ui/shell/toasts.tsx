import { useEffect, useState } from "preact/hooks";
import { Icon } from "../parts/icon.js";
import type { Toast } from "../services.js";

/** ms that a line stays; one that can be taken back stays longer. */
const shown = { plain: 4000, undo: 10_000 };

/** What was done, with the way back. */
export function Toasts({ toasts, close }: { toasts: ReadonlyArray<Toast & { id: number }>; close(id: number): void }) {
  return (
    <div class="toasts" role="status">
      {toasts.map((toast) => (
        <One key={toast.id} toast={toast} close={() => close(toast.id)} />
      ))}
    </div>
  );
}

function One({ toast: { text, undo, bad }, close }: { toast: Toast; close(): void }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(close, undo || bad ? shown.undo : shown.plain);
    return () => clearTimeout(timer);
  }, [held]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: to point at it only makes it stay
    <div
      class={bad ? "toast bad" : "toast"}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
    >
      <span>{text}</span>
      {undo && (
        <button
          type="button"
          class="link-button"
          onClick={() => {
            close();
            void undo();
          }}
        >
          Undo
        </button>
      )}
      <button type="button" class="icon-button small" aria-label="Close" onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}
