import { own } from "../../own.js";

const words: Readonly<Record<string, string>> = {
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "killed",
  RUNNING: "running",
  SCHEDULED: "scheduled",
};

/** The status of a run: a dot of its colour and shape, with its word for all who see none. */
export function StatusMark({ status, word = false }: { status: string; word?: boolean }) {
  const text = own(words, status) ?? status.toLowerCase();
  return (
    <span class={`status ${text}`} title={text}>
      <span class={`dot ${text}`} aria-hidden="true" />
      <span class={word ? undefined : "sr"}>{text}</span>
    </span>
  );
}
