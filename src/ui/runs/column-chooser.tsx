import { useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.js";
import type { Column, ColumnKind } from "./columns.js";
import type { RunsView } from "./view-state.js";

const kinds: ReadonlyArray<readonly [ColumnKind, string]> = [
  ["metrics", "Metrics"],
  ["params", "Params"],
  ["tags", "Tags"],
  ["run", "About the run"],
];

/** Most columns of a kind that are listed; the field finds the others. */
const most = 200;

/** Which columns are shown. */
export function ColumnChooser({
  columns,
  shown: chosen,
  pinned,
  change,
  close,
}: {
  columns: readonly Column[];
  shown: readonly string[];
  /** They are shown too, whether or not they are among the others. */
  pinned: readonly string[];
  change(part: Pick<RunsView, "columns" | "pinned">): void;
  close(): void;
}) {
  const shown = [...new Set([...chosen, ...pinned])];
  const show = (ids: readonly string[]) => change({ columns: ids, pinned: pinned.filter((id) => ids.includes(id)) });
  const [text, setText] = useState("");
  const found = columns.filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase()));
  const toggle = (id: string) => show(shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]);
  const all = (ids: readonly string[], on: boolean) => {
    const others = shown.filter((id) => !ids.includes(id));
    show(on ? [...others, ...ids] : others);
  };
  return (
    <Dialog title="Columns" close={close} wide>
      <input
        type="search"
        class="wide-input"
        aria-label="Find a column"
        placeholder="Find a column"
        value={text}
        autofocus
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="chooser">
        {kinds.map(([kind, title]) => {
          const ofKind = found.filter((column) => column.kind === kind);
          const ids = ofKind.map(({ id }) => id);
          const every = ids.every((id) => shown.includes(id));
          return (
            ofKind.length > 0 && (
              <fieldset key={kind}>
                <legend>
                  {title}
                  <button type="button" class="link-button" onClick={() => all(ids, !every)}>
                    {every ? "none" : "all"}
                    <span class="sr"> {title}</span>
                  </button>
                </legend>
                {ofKind.slice(0, most).map(({ id, label, differs }) => (
                  <label key={id} class="check" title={label}>
                    <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} />
                    <span class="check-text">{label}</span>
                    {!differs && <span class="faint">same in all</span>}
                  </label>
                ))}
                {ofKind.length > most && <p class="faint">and {ofKind.length - most} more</p>}
              </fieldset>
            )
          );
        })}
      </div>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => change({ columns: undefined, pinned: [] })}>
          Reset
        </button>
        <button type="button" class="button primary" onClick={close}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
