import { useState } from "preact/hooks";
import { datasetPlace, formatDuration } from "../../render/format-value.js";
import type { RunDetailsJson } from "../../server/page/page-json.js";
import { AccessMark, denial } from "../access/access.js";
import { noteTag, userTags } from "../experiments/experiment-actions.js";
import { TagEditor } from "../experiments/tag-editor.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { Markdown } from "../parts/markdown.js";
import { MarkdownDialog } from "../parts/markdown-dialog.js";
import { MenuButton } from "../parts/menu.js";
import { NameDialog } from "../parts/name-dialog.js";
import { CopyButton } from "../parts/snippet.js";
import { StatusMark } from "../parts/status-mark.js";
import { TimeText } from "../parts/time-text.js";
import { useTitle } from "../parts/use-title.js";
import { Fact, Values } from "../parts/values.js";
import { hrefs } from "../route/route.js";
import { get } from "../server/ask.js";
import { mlflow } from "../server/mlflow.js";
import { useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import { useServices } from "../services.js";
import { ArtifactBrowser } from "./artifact-browser.js";
import { CellCode } from "./cell-code.js";
import { RunEnvironment } from "./environment.js";
import { runSource } from "./notebook-link.js";
import { RunImages } from "./run-images.js";
import { RunMetrics } from "./run-metrics.js";
import { RunModels } from "./run-models.js";
import { RunSnippets } from "./run-snippets.js";

/** One run: what happened, and what came of it. */
export function RunPage({ runId, query }: { runId: string; query: URLSearchParams }) {
  const { first } = useServices();
  const asked = useAsked(runId, (signal) =>
    first.take(`run ${runId}`, () => get<RunDetailsJson>("runlab", "run", { run_id: runId }, signal)),
  );
  const run = asked.value;
  useTitle(run?.name);
  useNews(({ runIds }) => {
    if (runIds === null || runIds.includes(runId)) asked.again();
  });
  if (run === undefined)
    return asked.error ? (
      <div class="page">
        <ErrorBox error={asked.error} again={asked.again} />
      </div>
    ) : null;
  return (
    <div class="page run-page">
      <RunHeader run={run} again={asked.again} />
      <div class="run-columns">
        <div class="run-main">
          <RunMetrics run={run} query={query} />
          <RunImages run={run} query={query} />
          <CellCode run={run} />
          <ArtifactBrowser run={run} query={query} />
        </div>
        <div class="run-side">
          <Values title="Params" values={Object.entries(run.params)} none="No params were logged." />
          <RunModels run={run} again={asked.again} />
          <Inputs run={run} />
          <Lineage run={run} />
          <RunEnvironment run={run} />
          <RunSnippets run={run} />
        </div>
      </div>
    </div>
  );
}

function RunHeader({ run, again }: { run: RunDetailsJson; again(): void }) {
  const { toast } = useServices();
  const [dialog, setDialog] = useState<"name" | "note">();
  const note = run.tags[noteTag] ?? "";
  const reason = run.tags["runlab.end_reason"];
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      toast({ text: (error as Error).message, bad: true });
    }
    again();
  };
  const denied = denial(run.level, "write", "this experiment");
  const restore = () => act(() => mlflow.restoreRun(run.id));
  const remove = () =>
    act(async () => {
      await mlflow.deleteRun(run.id);
      toast({ text: `Deleted the run ${run.name}.`, undo: restore });
    });
  return (
    <header class="run-header">
      <p class="crumbs">
        <a href={hrefs.runs([run.experimentId])}>{run.experiment}</a>
      </p>
      <div class="page-head">
        <h1 title={run.name}>{run.name || run.id}</h1>
        <StatusMark status={run.status} word />
        {run.deleted && <span class="count">deleted</span>}
        <MenuButton
          label="Actions for this run"
          items={[
            { label: "Rename…", icon: "edit", disabled: run.deleted, denied, run: () => setDialog("name") },
            {
              label: note === "" ? "Add a note…" : "Edit the note…",
              icon: "file",
              disabled: run.deleted,
              denied,
              run: () => setDialog("note"),
            },
            "line",
            run.deleted
              ? { label: "Restore", icon: "restore", denied, run: () => void restore() }
              : { label: "Delete", icon: "trash", danger: true, denied, run: () => void remove() },
          ]}
        >
          <Icon name="more" />
        </MenuButton>
        <TagEditor
          tags={userTags(run.tags)}
          set={(key, value) => mlflow.setTag(run.id, key, value)}
          remove={(key) => mlflow.deleteTag(run.id, key)}
          changed={again}
          denied={denied}
        />
        <AccessMark level={run.level} />
      </div>
      <Facts run={run} />
      {run.status !== "FINISHED" && reason && <pre class="end-reason">{reason}</pre>}
      {note !== "" && <Markdown text={note} />}
      {dialog === "name" && (
        <NameDialog
          title="Rename run"
          label="Name"
          action="Rename"
          initial={run.name}
          close={() => setDialog(undefined)}
          submit={async (name) => {
            await mlflow.renameRun(run.id, name);
            again();
          }}
        />
      )}
      {dialog === "note" && (
        <MarkdownDialog
          title={`Note on ${run.name}`}
          text={note}
          close={() => setDialog(undefined)}
          save={async (text) => {
            await mlflow.setTag(run.id, noteTag, text);
            again();
          }}
        />
      )}
    </header>
  );
}

function Facts({ run }: { run: RunDetailsJson }) {
  const { tags } = run;
  const commit = tags["mlflow.source.git.commit"];
  const { me } = useServices();
  const source = runSource(run, location.href, me?.jupyter);
  const count = tags["runlab.cell.execution_count"];
  const running = run.status === "RUNNING" && run.end === undefined;
  return (
    <dl class="facts">
      <Fact name="started">
        <TimeText ms={run.start} />
      </Fact>
      <Fact name={running ? "running for" : "duration"}>
        {formatDuration((run.end ?? Date.now()) - run.start) || "–"}
      </Fact>
      {run.user && <Fact name="user">{run.user}</Fact>}
      {source && (
        <Fact name={source.href === undefined ? "source" : "notebook"}>
          {source.href === undefined ? (
            <span title={source.path}>{source.path.split("/").at(-1)}</span>
          ) : (
            <a href={source.href} target="_blank" rel="noreferrer" title={`Open ${source.path} in JupyterLab`}>
              {source.path.split("/").at(-1)}
            </a>
          )}
          {count && <span class="faint"> cell [{count}]</span>}
          <CopyButton text={source.path} what="the path of the source" />
        </Fact>
      )}
      {commit && (
        <Fact name="commit">
          <code title={commit}>{commit.slice(0, 8)}</code>
          {tags["mlflow.source.git.branch"] && <span class="faint"> {tags["mlflow.source.git.branch"]}</span>}
          {tags["runlab.git.dirty"] === "true" && <span class="dirty"> with changes</span>}
        </Fact>
      )}
      <Fact name="id">
        <code>{run.id.slice(0, 8)}</code>
        <CopyButton text={run.id} what="the run's id" />
      </Fact>
    </dl>
  );
}

/** The data that the run has read. */
function Inputs({ run: { inputs } }: { run: RunDetailsJson }) {
  if (inputs.length === 0) return null;
  return (
    <section class="panel">
      <h2>Data</h2>
      <ul class="lines">
        {inputs.map(({ name, digest, context, source }) => (
          <li key={`${name}/${digest}/${context}`}>
            <strong>{name}</strong> {context && <span class="count">{context}</span>}
            <code class="faint" title="digest">
              {digest}
            </code>
            <p class="faint from" title={source}>
              from {datasetPlace(source)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nested runs that are shown at first, and those that the server names. */
const fewChildren = 20;
const mostChildren = 100;

/** The run that this one is part of, and those that are part of it. */
function Lineage({ run: { id, parent, children, experimentId } }: { run: RunDetailsJson }) {
  const [all, setAll] = useState(false);
  if (parent === undefined && children.length === 0) return null;
  return (
    <section class="panel">
      <h2>Nested runs</h2>
      <ul class="lines">
        {parent && (
          <li>
            <span class="faint">part of</span> <a href={hrefs.run(experimentId, parent.id)}>{parent.name}</a>
          </li>
        )}
        {children.slice(0, all ? children.length : fewChildren).map((child) => (
          <li key={child.id}>
            <StatusMark status={child.status} /> <a href={hrefs.run(experimentId, child.id)}>{child.name}</a>
          </li>
        ))}
      </ul>
      {children.length > fewChildren && !all && (
        <button type="button" class="link-button" onClick={() => setAll(true)}>
          {children.length < mostChildren ? `All ${children.length}` : `The first ${mostChildren}`}
        </button>
      )}
      {children.length > 1 && (
        <p>
          <a href={hrefs.runs([experimentId], new URLSearchParams({ where: `tags.\`mlflow.parentRunId\` = '${id}'` }))}>
            Compare them in a table
          </a>
        </p>
      )}
    </section>
  );
}
