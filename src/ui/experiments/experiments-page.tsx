import { useState } from "preact/hooks";
import type { ExperimentJson } from "../../server/page/page-json.js";
import { AccessMark, denial } from "../access/access.js";
import { Empty } from "../parts/empty.js";
import { ErrorBox } from "../parts/error-box.js";
import { FindField, hasText, NoteLine } from "../parts/find-field.js";
import { Icon } from "../parts/icon.js";
import { MenuButton } from "../parts/menu.js";
import { NameDialog } from "../parts/name-dialog.js";
import { Snippet } from "../parts/snippet.js";
import { TimeText } from "../parts/time-text.js";
import { useTitle } from "../parts/use-title.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";
import { createExperiment, deleteExperiment, noteTag, userTags } from "./experiment-actions.js";
import { RenameExperiment } from "./rename-experiment.js";
import { TagEditor } from "./tag-editor.js";

/** Every experiment: to find, make, rename, delete and restore. */
export function ExperimentsPage({ query }: { query: URLSearchParams }) {
  useTitle("Experiments");
  const { toast, experiments: asked } = useServices();
  const [dialog, setDialog] = useState<"new" | ExperimentJson>();
  const { again } = asked;
  const text = query.get("find") ?? "";
  const deleted = query.get("deleted") === "1";
  const go = (change: Record<string, string>) => {
    const next = new URLSearchParams(query);
    for (const [key, value] of Object.entries(change)) {
      if (value === "") next.delete(key);
      else next.set(key, value);
    }
    goTo(`${hrefs.experiments()}${next.size === 0 ? "" : `?${next}`}`, { replace: true });
  };
  const all = asked.value?.experiments ?? [];
  const found = all.filter((one) => one.deleted === deleted && matches(one, text));
  const restore = async ({ id, name }: ExperimentJson) => {
    try {
      await mlflow.restoreExperiment(id);
      toast({ text: `Restored ${name}.` });
    } catch (error) {
      toast({ text: (error as Error).message, bad: true });
    }
    again();
  };
  return (
    <div class="page">
      <div class="page-head">
        <h1>Experiments</h1>
        <button type="button" class="button primary" onClick={() => setDialog("new")}>
          <Icon name="plus" /> New experiment
        </button>
      </div>
      <div class="toolbar">
        <FindField by="name, note or tag" text={text} find={(find) => go({ find })} />
        <label class="check">
          <input
            type="checkbox"
            checked={deleted}
            onChange={(event) => go({ deleted: event.currentTarget.checked ? "1" : "" })}
          />
          Deleted
        </label>
      </div>
      {asked.error && <ErrorBox error={asked.error} again={again} />}
      {asked.value && found.length === 0 ? (
        <NoExperiments all={all.length} deleted={deleted} text={text} />
      ) : (
        <div class="scroll-x">
          <table class="plain-table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class="number">
                  Runs
                </th>
                <th scope="col">Newest run</th>
                <th scope="col">Tags</th>
                <th scope="col">
                  <span class="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.map((one) => (
                <tr key={one.id}>
                  <th scope="row" class="name-cell">
                    {one.deleted ? one.name : <a href={hrefs.runs([one.id])}>{one.name}</a>}
                    <AccessMark level={one.level} />
                    {one.running > 0 && <span class="running-count">{one.running} running</span>}
                    <NoteLine note={one.tags[noteTag]} />
                  </th>
                  <td class="number">{one.runs.toLocaleString("en-US")}</td>
                  <td>
                    {one.newest === undefined ? <span class="faint">none yet</span> : <TimeText ms={one.newest} />}
                  </td>
                  <td>
                    {one.deleted ? null : (
                      <TagEditor
                        tags={userTags(one.tags)}
                        set={(key, value) => mlflow.setExperimentTag(one.id, key, value)}
                        remove={(key) => mlflow.deleteExperimentTag(one.id, key)}
                        changed={again}
                        denied={denial(one.level, "write", "this experiment")}
                      />
                    )}
                  </td>
                  <td class="actions-cell">
                    {one.deleted ? (
                      <button
                        type="button"
                        class="button"
                        disabled={denial(one.level, "admin", "this experiment") !== undefined}
                        title={denial(one.level, "admin", "this experiment")}
                        onClick={() => void restore(one)}
                      >
                        Restore<span class="sr"> {one.name}</span>
                      </button>
                    ) : (
                      <MenuButton
                        label={`Actions for ${one.name}`}
                        items={[
                          {
                            label: "Rename…",
                            icon: "edit",
                            denied: denial(one.level, "admin", "this experiment"),
                            run: () => setDialog(one),
                          },
                          {
                            label: "Delete",
                            icon: "trash",
                            danger: true,
                            denied: denial(one.level, "admin", "this experiment"),
                            run: () => void deleteExperiment(one, toast, again),
                          },
                        ]}
                      >
                        <Icon name="more" />
                      </MenuButton>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {dialog === "new" && (
        <NameDialog
          title="New experiment"
          label="Name"
          action="Create"
          close={() => setDialog(undefined)}
          submit={async (name) => goTo(hrefs.runs([await createExperiment(name)]))}
        />
      )}
      {typeof dialog === "object" && <RenameExperiment experiment={dialog} close={() => setDialog(undefined)} />}
    </div>
  );
}

function NoExperiments({ all, deleted, text }: { all: number; deleted: boolean; text: string }) {
  if (text !== "") return <Empty title={`Nothing matches “${text}”`} />;
  if (deleted) return <Empty title="No deleted experiments" />;
  if (all > 0) return <Empty title="All experiments are deleted" />;
  return (
    <Empty title="No experiments yet">
      <p>An experiment is made when its first run is logged, for instance from a notebook:</p>
      <Snippet code={"%%run name=first experiment=cars\n%log_metric rmse 0.42"} />
    </Empty>
  );
}

function matches({ name, tags }: ExperimentJson, text: string): boolean {
  const shown = [name, tags[noteTag] ?? "", ...userTags(tags).map(([key, value]) => `${key}=${value}`)];
  return hasText(shown, text);
}
