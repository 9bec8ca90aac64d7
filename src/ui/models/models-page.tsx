import { useState } from "preact/hooks";
import type { ModelsJson, RegisteredModelJson } from "../../server/page/page-json.js";
import { AccessMark, useModelsDenial } from "../access/access.js";
import { userTags } from "../experiments/experiment-actions.js";
import { TagEditor } from "../experiments/tag-editor.js";
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
import { get } from "../server/ask.js";
import { mlflow } from "../server/mlflow.js";
import { useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import { useServices } from "../services.js";
import { DeleteModel, RenameModel } from "./model-dialogs.js";
import { StageMark } from "./stage.js";

/** Every registered model: to find, make, rename, tag and delete. */
export function ModelsPage({ query }: { query: URLSearchParams }) {
  useTitle("Models");
  const { me } = useServices();
  const denied = useModelsDenial();
  const asked = useAsked("models", (signal) => get<ModelsJson>("runlab", "models", {}, signal));
  const { again } = asked;
  const [dialog, setDialog] = useState<"new" | { what: "rename" | "delete"; model: RegisteredModelJson }>();
  useNews(({ models }) => models && again());
  const text = query.get("find") ?? "";
  const all = asked.value?.models ?? [];
  const found = all.filter((model) => matches(model, text));
  const find = (wanted: string) =>
    goTo(hrefs.models(wanted === "" ? undefined : new URLSearchParams({ find: wanted })), { replace: true });
  const close = () => setDialog(undefined);
  return (
    <div class="page">
      <div class="page-head">
        <h1>Models</h1>
        <AccessMark level={me?.models} />
        {denied === undefined && (
          <button type="button" class="button primary" onClick={() => setDialog("new")}>
            <Icon name="plus" /> New model
          </button>
        )}
      </div>
      <div class="toolbar">
        <FindField by="name, description, alias or tag" text={text} find={find} />
      </div>
      {asked.error && <ErrorBox error={asked.error} again={again} />}
      {asked.value && found.length === 0 && <NoModels text={text} />}
      {found.length > 0 && (
        <div class="scroll-x">
          <table class="plain-table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Newest version</th>
                <th scope="col">Aliases</th>
                <th scope="col">Changed</th>
                <th scope="col">Tags</th>
                <th scope="col">
                  <span class="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.map((model) => (
                <tr key={model.name}>
                  <th scope="row" class="name-cell">
                    <a href={hrefs.model(model.name)}>{model.name}</a>
                    <NoteLine note={model.description} />
                  </th>
                  <td>
                    <NewestVersion model={model} />
                  </td>
                  <td>
                    <AliasLinks model={model} />
                  </td>
                  <td>
                    <TimeText ms={model.updated} />
                  </td>
                  <td>
                    <TagEditor
                      tags={userTags(model.tags)}
                      set={(key, value) => mlflow.setModelTag(model.name, key, value)}
                      remove={(key) => mlflow.deleteModelTag(model.name, key)}
                      changed={again}
                      denied={denied}
                    />
                  </td>
                  <td class="actions-cell">
                    <MenuButton
                      label={`Actions for ${model.name}`}
                      items={[
                        { label: "Rename…", icon: "edit", denied, run: () => setDialog({ what: "rename", model }) },
                        {
                          label: "Delete…",
                          icon: "trash",
                          danger: true,
                          denied,
                          run: () => setDialog({ what: "delete", model }),
                        },
                      ]}
                    >
                      <Icon name="more" />
                    </MenuButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {dialog === "new" && (
        <NameDialog
          title="New model"
          label="Name"
          action="Create"
          hint="It has no version yet: register one from the page of a run that has logged a model."
          close={close}
          submit={async (name) => {
            await mlflow.createModel(name);
            goTo(hrefs.model(name));
          }}
        />
      )}
      {typeof dialog === "object" && dialog.what === "rename" && (
        <RenameModel name={dialog.model.name} close={close} done={again} />
      )}
      {typeof dialog === "object" && dialog.what === "delete" && (
        <DeleteModel
          name={dialog.model.name}
          versions={dialog.model.versions}
          aliases={Object.keys(dialog.model.aliases)}
          close={close}
          done={again}
        />
      )}
    </div>
  );
}

function NewestVersion({ model: { name, latest, versions } }: { model: RegisteredModelJson }) {
  if (latest === undefined) return <span class="faint">none yet</span>;
  return (
    <span class="inline">
      <a href={hrefs.model(name, latest.version)}>version {latest.version}</a>
      <StageMark stage={latest.stage} />
      {versions > 1 && <span class="faint">of {versions}</span>}
    </span>
  );
}

function AliasLinks({ model: { name, aliases } }: { model: RegisteredModelJson }) {
  return (
    <ul class="tags">
      {Object.entries(aliases)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([alias, version]) => (
          <li key={alias}>
            <a class="alias" href={hrefs.model(name, version)} title={`Version ${version}`}>
              @{alias}
            </a>
          </li>
        ))}
    </ul>
  );
}

function NoModels({ text }: { text: string }) {
  if (text !== "") return <Empty title={`Nothing matches “${text}”`} />;
  return (
    <Empty title="No models are registered">
      <p>A registered model has versions, each from a run, and aliases that lead to one of them. In a notebook:</p>
      <Snippet code={"%log_model {predict} elastic example={rows} register=ElasticCars"} />
      <p>The page of a run registers the models that it has logged.</p>
    </Empty>
  );
}

function matches({ name, description, aliases, tags }: RegisteredModelJson, text: string): boolean {
  const aliasWords = Object.keys(aliases).map((alias) => `@${alias}`);
  return hasText([name, description, ...aliasWords, ...userTags(tags).map(([key, value]) => `${key}=${value}`)], text);
}
