import { formatBytes } from "../../render/format-value.js";
import type { RunDetailsJson } from "../../server/page/page-json.js";
import { Icon } from "../parts/icon.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { artifactUrl } from "../server/artifacts.js";
import { get } from "../server/ask.js";
import { useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import { Preview } from "./preview.js";
import { ArtifactSnippets } from "./run-snippets.js";

interface FileJson {
  path: string;
  is_dir?: boolean;
  file_size?: number;
}

/** The files of a run, and a look into the one that is chosen. */
export function ArtifactBrowser({ run, query }: { run: RunDetailsJson; query: URLSearchParams }) {
  const chosen = query.get("file") ?? undefined;
  const open = (path: string | undefined) => {
    const next = new URLSearchParams(query);
    if (path === undefined) next.delete("file");
    else next.set("file", path);
    goTo(hrefs.run(run.experimentId, run.id, next));
  };
  return (
    <section class="panel">
      <h2>Artifacts</h2>
      <div class={chosen === undefined ? "artifacts" : "artifacts with-preview"}>
        <Folder runId={run.id} path="" chosen={chosen} open={open} depth={0} />
        {chosen !== undefined && (
          <div class="preview">
            <div class="preview-head">
              <strong title={chosen}>{chosen}</strong>
              <a
                class="icon-button"
                href={artifactUrl(run.id, chosen, "download")}
                aria-label={`Download ${chosen}`}
                title="Download"
              >
                <Icon name="download" />
              </a>
              <button type="button" class="icon-button" aria-label="Close the preview" onClick={() => open(undefined)}>
                <Icon name="close" />
              </button>
            </div>
            <Preview key={chosen} runId={run.id} path={chosen} />
            <ArtifactSnippets runId={run.id} path={chosen} />
          </div>
        )}
      </div>
    </section>
  );
}

/** Most files that are listed of one folder. */
const mostFiles = 500;

function Folder({
  runId,
  path,
  chosen,
  open,
  depth,
}: {
  runId: string;
  path: string;
  chosen: string | undefined;
  open(path: string | undefined): void;
  depth: number;
}) {
  const asked = useAsked(`${runId}/${path}`, (signal) =>
    get<{ files?: FileJson[] }>("mlflow", "artifacts/list", { run_id: runId, ...(path && { path }) }, signal),
  );
  useNews(({ runIds }) => {
    if (runIds === null || runIds.includes(runId)) asked.again();
  });
  const files = asked.value?.files ?? [];
  if (asked.value && files.length === 0) {
    return (
      <p class="faint">
        {depth === 0 ? (
          <>
            No files were logged. In a notebook: <code>%log_artifact plot.png</code>
          </>
        ) : (
          "The folder is empty."
        )}
      </p>
    );
  }
  const sorted = [...files].sort(
    (a, b) => Number(b.is_dir ?? false) - Number(a.is_dir ?? false) || (a.path < b.path ? -1 : 1),
  );
  return (
    <ul class="files">
      {sorted.slice(0, mostFiles).map((file) =>
        file.is_dir ? (
          <li key={file.path}>
            <details open={chosen?.startsWith(`${file.path}/`) || undefined}>
              <summary>
                <Icon name="folder" /> {nameOf(file.path)}
              </summary>
              <Folder runId={runId} path={file.path} chosen={chosen} open={open} depth={depth + 1} />
            </details>
          </li>
        ) : (
          <li key={file.path}>
            <button
              type="button"
              class={file.path === chosen ? "file chosen" : "file"}
              aria-pressed={file.path === chosen}
              onClick={() => open(file.path === chosen ? undefined : file.path)}
            >
              <Icon name="file" /> <span class="file-name">{nameOf(file.path)}</span>
              {file.file_size !== undefined && <span class="faint">{formatBytes(file.file_size)}</span>}
            </button>
          </li>
        ),
      )}
      {sorted.length > mostFiles && <li class="faint">and {sorted.length - mostFiles} more</li>}
    </ul>
  );
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}
