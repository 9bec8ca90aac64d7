import { useState } from "preact/hooks";
import { own } from "../../own.js";
import { formatNumber } from "../../render/format-value.js";
import type { ModelDetailsJson, ModelVersionJson } from "../../server/page/page-json.js";
import { useModelsDenial } from "../access/access.js";
import { userTags } from "../experiments/experiment-actions.js";
import { TagEditor } from "../experiments/tag-editor.js";
import { Icon } from "../parts/icon.js";
import { Markdown } from "../parts/markdown.js";
import { MarkdownDialog } from "../parts/markdown-dialog.js";
import { MenuButton } from "../parts/menu.js";
import { curlText, magicText, pythonText, serverAddress, shellText } from "../parts/quoting.js";
import { CopyButton, Snippet } from "../parts/snippet.js";
import { TimeText } from "../parts/time-text.js";
import { Fact, Values } from "../parts/values.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";
import { AliasEditor } from "./alias-editor.js";
import { DeleteVersion } from "./model-dialogs.js";
import { SignatureDiff } from "./signature-diff.js";
import { SignatureTable } from "./signature-table.js";
import { StageChooser } from "./stage.js";
import { TryForm } from "./try-form.js";
import { SourceRun } from "./versions-table.js";

/** One version: what it takes, where it came from, and how it is used. */
export function VersionPanel({
  model,
  version,
  query,
  again,
}: {
  model: ModelDetailsJson;
  version: ModelVersionJson;
  query: URLSearchParams;
  again(): void;
}) {
  const { name, versions } = model;
  const denied = useModelsDenial();
  const against = (other: string) => {
    const next = new URLSearchParams(query);
    next.set("since", other);
    goTo(hrefs.model(name, version.version, next), { replace: true });
  };
  return (
    <section class="version" aria-label={`Version ${version.version}`}>
      <VersionHeader model={model} version={version} again={again} />
      <div class="run-columns">
        <div class="run-main">
          <section class="panel">
            <h2>Signature</h2>
            <SignatureTable signature={version.signature} of={`version ${version.version}`} />
            <SignatureDiff
              name={name}
              version={version.version}
              versions={versions}
              against={query.get("since") ?? undefined}
              choose={against}
            />
          </section>
          <section class="panel">
            <h2>Try it</h2>
            {denied === undefined ? <TryForm name={name} version={version} /> : <p class="faint">{denied}</p>}
          </section>
        </div>
        <div class="run-side">
          <RunMetrics version={version} />
          {version.params && <Values title="Params of the model" values={Object.entries(version.params)} />}
          <VersionSnippets name={name} version={version} />
        </div>
      </div>
    </section>
  );
}

function VersionHeader({
  model: { name, aliases, versions },
  version,
  again,
}: {
  model: ModelDetailsJson;
  version: ModelVersionJson;
  again(): void;
}) {
  const [dialog, setDialog] = useState<"description" | "delete">();
  const close = () => setDialog(undefined);
  const { version: number, description } = version;
  const denied = useModelsDenial();
  return (
    <header>
      <div class="page-head version-head">
        <h2>Version {number}</h2>
        <MenuButton
          label={`Actions for version ${number}`}
          items={[
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
          tags={userTags(version.tags)}
          set={(key, value) => mlflow.setVersionTag(name, number, key, value)}
          remove={(key) => mlflow.deleteVersionTag(name, number, key)}
          changed={again}
          denied={denied}
        />
      </div>
      <dl class="facts">
        <Fact name="aliases">
          <AliasEditor name={name} version={number} aliases={aliases} changed={again} readOnly={denied !== undefined} />
        </Fact>
        <Fact name="stage">
          <StageChooser
            name={name}
            version={version}
            versions={versions}
            disabled={denied !== undefined}
            changed={again}
          />
        </Fact>
        <Fact name="made">
          <TimeText ms={version.created} />
          {version.user !== "" && <span class="faint"> by {version.user}</span>}
        </Fact>
        <Fact name="run">
          <SourceRun version={version} />
        </Fact>
        {version.flavor && <Fact name="flavor">{version.flavor}</Fact>}
        <Fact name="source">
          <code class="clip" title={version.source}>
            {version.source}
          </code>
          <CopyButton text={version.source} what="the source" />
        </Fact>
      </dl>
      {description !== "" && <Markdown text={description} />}
      {dialog === "description" && (
        <MarkdownDialog
          title={`Description of version ${number}`}
          text={description}
          close={close}
          save={async (text) => {
            await mlflow.describeVersion(name, number, text);
            again();
          }}
        />
      )}
      {dialog === "delete" && (
        <DeleteVersion
          name={name}
          version={number}
          aliases={Object.keys(aliases).filter((alias) => own(aliases, alias) === number)}
          close={close}
          done={() => {
            goTo(hrefs.model(name), { replace: true });
            again();
          }}
        />
      )}
    </header>
  );
}

/** How good the run was that it came from, and on which data. */
function RunMetrics({ version: { run } }: { version: ModelVersionJson }) {
  if (run?.known === undefined) return null;
  const { metrics, datasets } = run.known;
  const values = Object.entries(metrics).map(([key, value]): [string, string] => [
    key,
    typeof value === "number" ? formatNumber(value) : value,
  ]);
  return (
    <>
      <Values title="Metrics of the run" values={values} none="The run has logged no metrics." />
      {datasets.length > 0 && (
        <section class="panel">
          <h2>Trained on</h2>
          <ul class="lines">
            {datasets.map((dataset, at) => (
              <li key={at}>{dataset}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Code that uses this version elsewhere. */
function VersionSnippets({ name, version: { version, aliases } }: { name: string; version: ModelVersionJson }) {
  const [alias] = [...aliases].sort();
  const uri = alias === undefined ? `models:/${name}/${version}` : `models:/${name}@${alias}`;
  const user = useServices().me?.user;
  const server = serverAddress();
  const query = new URLSearchParams({ name, version }).toString().replaceAll("+", "%20");
  return (
    <section class="panel">
      <h2>Use it</h2>
      <div class="snippets">
        <Snippet label="Notebook" code={`const model = %load_model ${magicText(uri)}`} />
        <Snippet label="Serve" code={`runlab models serve -m ${shellText(uri)}`} />
        <Snippet
          label="Python"
          code={`mlflow.set_tracking_uri(${pythonText(server)})\nmodel = mlflow.pyfunc.load_model(${pythonText(uri)})`}
        />
        <Snippet label="curl" code={curlText(`${server}/api/2.0/mlflow/model-versions/get?${query}`, { user })} />
      </div>
    </section>
  );
}
