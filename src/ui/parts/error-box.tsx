import { AskError } from "../server/ask.js";

/** What went wrong in place of what was asked for, and the way out. */
export function ErrorBox({ error, again }: { error: Error; again?: () => void }) {
  return (
    <div class="error-box" role="alert">
      <p class="error-title">{error.message}</p>
      {error instanceof AskError && error.hint && <pre class="error-hint">{error.hint}</pre>}
      {again && (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The same in a line of a form. */
export function ErrorLine({ error }: { error: Error }) {
  return (
    <p class="error-line" role="alert">
      {error.message}
      {error instanceof AskError && error.hint && <span class="error-more"> {error.hint}</span>}
    </p>
  );
}
