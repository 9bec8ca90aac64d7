import { Dialog } from "../parts/dialog.js";

const keys: ReadonlyArray<readonly [keys: string, what: string]> = [
  ["/", "go to the filter"],
  ["↑ ↓ or k j", "move in the table; with Shift, select on the way"],
  ["← →", "close or open a group, or the runs inside a run; ← goes to the run that it is part of"],
  ["Space", "select the run"],
  ["Enter", "open the run"],
  ["b", "set the run as baseline, or take it away"],
  ["c", "compare the selected runs"],
  ["Esc", "clear the selection"],
  ["Alt ← →", "move a column, on its header"],
  ["Shift and click", "sort by another column too, or select a range"],
  ["?", "this list"],
];

/** What can be done without a mouse. */
export function KeyboardHelp({ close }: { close(): void }) {
  return (
    <Dialog title="Keyboard" close={close}>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
