import { useState } from "preact/hooks";
import type { ExperimentJson, ExperimentsJson } from "../../server/page/page-json.js";
import { createExperiment } from "../experiments/experiment-actions.js";
import { Icon } from "../parts/icon.js";
import { NameDialog } from "../parts/name-dialog.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import type { Asked } from "../server/use-asked.js";

/** Most experiments that are listed at the side; all of them have a page of their own. */
const most = 200;

/** The experiments, newest first, to choose one; with the check box several are shown in one table. */
export function ExperimentNav({
  experiments,
  chosen,
}: {
  experiments: Asked<ExperimentsJson>;
  chosen: readonly string[];
}) {
  const [text, setText] = useState("");
  const [creating, setCreating] = useState(false);
  const active = (experiments.value?.experiments ?? []).filter(({ deleted }) => !deleted);
  const found = active.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <>
      <div class="nav-head">
        <h2>Experiments</h2>
        <button type="button" class="icon-button" aria-label="New experiment" onClick={() => setCreating(true)}>
          <Icon name="plus" />
        </button>
      </div>
      <div class="nav-search">
        <input
          type="search"
          placeholder="Find an experiment"
          aria-label="Find an experiment"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <ul class="nav-list">
        {found.slice(0, most).map((experiment) => (
          <Item key={experiment.id} experiment={experiment} chosen={chosen} />
        ))}
      </ul>
      {found.length === 0 && experiments.value !== undefined && (
        <p class="nav-note">
          {active.length === 0 ? "There are no experiments yet." : "No experiment has such a name."}
        </p>
      )}
      {found.length > most && (
        <p class="nav-note">
          <a href={hrefs.experiments()}>All {found.length}</a>
        </p>
      )}
      {creating && (
        <NameDialog
          title="New experiment"
          label="Name"
          action="Create"
          close={() => setCreating(false)}
          submit={async (name) => {
            const id = await createExperiment(name);
            experiments.again();
            goTo(hrefs.runs([id]));
          }}
        />
      )}
    </>
  );
}

function Item({ experiment, chosen }: { experiment: ExperimentJson; chosen: readonly string[] }) {
  const { id, name, runs, running } = experiment;
  const isChosen = chosen.includes(id);
  const others = chosen.filter((other) => other !== id);
  const toggled = isChosen ? others : [...chosen, id];
  return (
    <li class={isChosen ? "nav-item chosen" : "nav-item"}>
      <input
        type="checkbox"
        checked={isChosen}
        aria-label={`Show the runs of ${name} with the others`}
        disabled={isChosen && others.length === 0}
        onChange={() => goTo(hrefs.runs(toggled))}
      />
      <a href={hrefs.runs([id])} aria-current={isChosen ? "true" : undefined} title={name}>
        <span class="nav-name">{name}</span>
      </a>
      {running > 0 && <span class="dot running" title={`${running} running`} />}
      <span class="nav-count">{runs.toLocaleString("en-US")}</span>
    </li>
  );
}
