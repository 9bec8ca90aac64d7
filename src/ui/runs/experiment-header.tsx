import { useState } from "preact/hooks";
import type { ExperimentJson } from "../../server/page/page-json.js";
import { AccessMark, denial } from "../access/access.js";
import { deleteExperiment, noteTag, userTags } from "../experiments/experiment-actions.js";
import { RenameExperiment } from "../experiments/rename-experiment.js";
import { TagEditor } from "../experiments/tag-editor.js";
import { Icon } from "../parts/icon.js";
import { Markdown } from "../parts/markdown.js";
import { MarkdownDialog } from "../parts/markdown-dialog.js";
import { MenuButton } from "../parts/menu.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";

/** Which experiment it is: name, note, tags, and what can be done with it. */
export function ExperimentHeader({ experiment }: { experiment: ExperimentJson }) {
  const { toast, experiments } = useServices();
  const [dialog, setDialog] = useState<"name" | "note">();
  const { id, name, tags } = experiment;
  const noWrite = denial(experiment.level, "write", "this experiment");
  const noAdmin = denial(experiment.level, "admin", "this experiment");
  const note = tags[noteTag] ?? "";
  return (
    <div class="experiment-header">
      <div class="page-head">
        <h1 title={name}>{name}</h1>
        <MenuButton
          label="Actions for this experiment"
          items={[
            { label: "Rename…", icon: "edit", denied: noAdmin, run: () => setDialog("name") },
            {
              label: note === "" ? "Add a note…" : "Edit the note…",
              icon: "file",
              denied: noWrite,
              run: () => setDialog("note"),
            },
            "line",
            {
              label: "Delete",
              icon: "trash",
              danger: true,
              denied: noAdmin,
              run: () =>
                void deleteExperiment(experiment, toast, () => {
                  experiments.again();
                  goTo(hrefs.experiments());
                }),
            },
          ]}
        >
          <Icon name="more" />
        </MenuButton>
        <TagEditor
          tags={userTags(tags)}
          set={(key, value) => mlflow.setExperimentTag(id, key, value)}
          remove={(key) => mlflow.deleteExperimentTag(id, key)}
          changed={experiments.again}
          denied={noWrite}
        />
        <AccessMark level={experiment.level} />
      </div>
      {note !== "" && (
        <details class="note">
          <summary>Note</summary>
          <Markdown text={note} />
        </details>
      )}
      {dialog === "name" && <RenameExperiment experiment={experiment} close={() => setDialog(undefined)} />}
      {dialog === "note" && (
        <MarkdownDialog
          title={`Note on ${name}`}
          text={note}
          close={() => setDialog(undefined)}
          save={async (text) => {
            await mlflow.setExperimentTag(id, noteTag, text);
            experiments.again();
          }}
        />
      )}
    </div>
  );
}
