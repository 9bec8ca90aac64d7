import { useState } from "preact/hooks";
import type { ModelDetailsJson } from "../../server/page/page-json.js";
import { AccessMark, useModelsDenial } from "../access/access.js";
import { userTags } from "../experiments/experiment-actions.js";
import { TagEditor } from "../experiments/tag-editor.js";
import { Empty } from "../parts/empty.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { Markdown } from "../parts/markdown.js";
import { MarkdownDialog } from "../parts/markdown-dialog.js";
import { MenuButton } from "../parts/menu.js";
import { Snippet } from "../parts/snippet.js";
import { TimeText } from "../parts/time-text.js";
import { useTitle } from "../parts/use-title.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { get } from "../server/ask.js";
import { mlflow } from "../server/mlflow.js";
import { useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import { useServices } from "../services.js";
import { DeleteModel, RenameModel } from "./model-dialogs.js";
import { VersionPanel } from "./version-panel.js";
import { VersionsTable } from "./versions-table.js";

/** A registered model: its versions, and one of them as a whole. */
export function ModelPage({
  name,
  version,
  query,
}: {
  name: string;
  version: string | undefined;
  query: URLSearchParams;
}) {
  const asked = useAsked(name, (signal) => get<ModelDetailsJson>("runlab", "model", { name }, signal));
  const model = asked.value;
  useTitle(version === undefined ? name : `${name} version ${version}`);
  useNews(({ models }) => models && asked.again());
  if (model === undefined)
    return asked.error ? (
      <div class="page">
        <p class="crumbs">
          <a href={hrefs.models()}>Models</a>
        </p>
        <ErrorBox error={asked.error} again={asked.again} />
      </div>
    ) : null;
  const { versions } = model;
  const chosen = version === undefined ? versions[0] : versions.find((one) => one.version === version);
  return (
    <div class="page run-page">
      <ModelHeader model={model} again={asked.again} />
      {versions.length === 0 && <NoVersions name={name} />}
      {versions.length > 0 && <VersionsTable name={name} versions={versions} chosen={chosen?.version} />}
      {versions.length > 0 && chosen === undefined && (
        <Empty title={`There is no version ${version}`}>
          <p>It was deleted, or the address is wrong. Choose one of the versions above.</p>
        </Empty>
      )}
      {chosen !== undefined && (
        <VersionPanel key={chosen.version} model={model} version={chosen} query={query} again={asked.again} />
      )}
    </div>
  );
}

function ModelHeader({ model, again }: { model: ModelDetailsJson; again(): void }) {
  const { name, description, versions } = model;
  const [dialog, setDialog] = useState<"rename" | "description" | "delete">();
  const close = () => setDialog(undefined);
  const { me } = useServices();
  const denied = useModelsDenial();
  return (
    <header class="run-header">
      <p class="crumbs">
        <a href={hrefs.models()}>Models</a>
      </p>
      <div class="page-head">
        <h1 title={name}>{name}</h1>
        <MenuButton
          label="Actions for this model"
          items={[
            { label: "Rename…", icon: "edit", denied, run: () => setDialog("rename") },
            {
              label: description === "" ? "Add a description…" : "Edit the description…",
              icon: "file",
              denied,
              run: () => setDialog("description"),
            },
            "line",
            { label: "Delete…", icon: "trash", danger: true, denied, run: () => setDialog("delete") },
          ]}
        >
          <Icon name="more" />
        </MenuButton>
        <TagEditor
          tags={userTags(model.tags)}
          set={(key, value) => mlflow.setModelTag(name, key, value)}
          remove={(key) => mlflow.deleteModelTag(name, key)}
          changed={again}
          denied={denied}
        />
        <AccessMark level={me?.models} />
      </div>
      <p class="model-times faint">
        Made <TimeText ms={model.created} />, changed <TimeText ms={model.updated} />
      </p>
      {description !== "" && <Markdown text={description} />}
      {dialog === "rename" && (
        <RenameModel name={name} close={close} done={(next) => goTo(hrefs.model(next), { replace: true })} />
      )}
      {dialog === "description" && (
        <MarkdownDialog
          title={`Description of ${name}`}
          text={description}
          close={close}
          save={async (text) => {
            await mlflow.describeModel(name, text);
            again();
          }}
        />
      )}
      {dialog === "delete" && (
        <DeleteModel
          name={name}
          versions={versions.length}
          aliases={Object.keys(model.aliases)}
          close={close}
          done={() => goTo(hrefs.models())}
        />
      )}
    </header>
  );
}

function NoVersions({ name }: { name: string }) {
  return (
    <Empty title="No versions yet">
      <p>
        The page of a run registers a model that it has logged. In a notebook, a model can be registered as it is
        logged:
      </p>
      <Snippet code={`%log_model {predict} example={rows} register=${JSON.stringify(name)}`} />
    </Empty>
  );
}
