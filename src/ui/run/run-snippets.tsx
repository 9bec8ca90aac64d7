import type { RunDetailsJson } from "../../server/page/page-json.js";
import { curlText, magicText, pythonText, serverAddress, shellText } from "../parts/quoting.js";
import { Snippet } from "../parts/snippet.js";
import { artifactUrl } from "../server/artifacts.js";
import { useServices } from "../services.js";

/** Code that reads this run elsewhere. */
export function RunSnippets({ run }: { run: RunDetailsJson }) {
  const [model] = run.models;
  const user = useServices().me?.user;
  const server = serverAddress();
  const uri = model?.name === undefined ? undefined : `runs:/${run.id}/${model.name}`;
  return (
    <section class="panel">
      <h2>Use it</h2>
      <div class="snippets">
        <Snippet
          label="Notebook"
          code={uri === undefined ? `%run_info ${run.id.slice(0, 8)}` : `const model = %load_model ${magicText(uri)}`}
        />
        {uri !== undefined && <Snippet label="Serve" code={`runlab models serve -m ${shellText(uri)}`} />}
        <Snippet
          label="Python"
          code={`mlflow.set_tracking_uri(${pythonText(server)})\nrun = mlflow.get_run("${run.id}")`}
        />
        <Snippet label="curl" code={curlText(`${server}/api/2.0/mlflow/runs/get?run_id=${run.id}`, { user })} />
      </div>
    </section>
  );
}

/** Code that fetches a file of a run elsewhere. */
export function ArtifactSnippets({ runId, path }: { runId: string; path: string }) {
  const user = useServices().me?.user;
  const server = serverAddress();
  const name = path.split("/").at(-1) ?? path;
  const url = new URL(artifactUrl(runId, path, "download"), `${server}/`).href;
  return (
    <details class="artifact-snippets">
      <summary>Use it</summary>
      <div class="snippets">
        <Snippet
          label="Notebook"
          code={`await downloadArtifacts(${JSON.stringify(runId)}, ${JSON.stringify(path)}, "data")`}
        />
        <Snippet
          label="Python"
          code={`mlflow.set_tracking_uri(${pythonText(server)})\nmlflow.artifacts.download_artifacts(run_id=${pythonText(runId)}, artifact_path=${pythonText(path)})`}
        />
        <Snippet label="curl" code={curlText(url, { user, file: name })} />
      </div>
    </details>
  );
}
