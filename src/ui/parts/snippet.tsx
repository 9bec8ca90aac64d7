import { useState } from "preact/hooks";
import { Icon } from "./icon.js";

/** Code to take along. */
export function Snippet({ code, label }: { code: string; label?: string }) {
  return (
    <div class="snippet">
      {label && <span class="snippet-label">{label}</span>}
      <pre>{code}</pre>
      <CopyButton text={code} what={label ?? "code"} />
    </div>
  );
}

/** Copies a text; says so by a tick. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copyText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class="icon-button small" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={copy}>
      <Icon name={done ? "check" : "copy"} />
    </button>
  );
}

/** Browsers give the clipboard only to pages of a safe origin; a page over plain HTTP from afar has the old way. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
