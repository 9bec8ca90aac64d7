import { useState } from "preact/hooks";
import type { ModelsJson, RunDetailsJson, RunModelJson } from "../../server/page/page-json.js";
import { useModelsDenial } from "../access/access.js";
import { SignatureTable } from "../models/signature-table.js";
import { NameDialog } from "../parts/name-dialog.js";
import { magicText } from "../parts/quoting.js";
import { CopyButton, Snippet } from "../parts/snippet.js";
import { hrefs } from "../route/route.js";
import { AskError, get } from "../server/ask.js";
import { mlflow } from "../server/mlflow.js";
import { useAsked } from "../server/use-asked.js";
import { useServices } from "../services.js";

/** The models that a run has logged, each with its signature and what was registered of it. */
export function RunModels({ run, again }: { run: RunDetailsJson; again(): void }) {
  if (run.models.length === 0) return null;
  return (
    <section class="panel">
      <h2>{run.models.length === 1 ? "Model" : "Models"}</h2>
      {run.models.map((model) => (
        <ModelCard key={model.id} run={run} model={model} again={again} />
      ))}
    </section>
  );
}

function ModelCard({ run, model, again }: { run: RunDetailsJson; model: RunModelJson; again(): void }) {
  const { id, name, flavor, registered, signature, artifactPath } = model;
  const [registering, setRegistering] = useState(false);
  const denied = useModelsDenial();
  return (
    <div class="model-card">
      <p class="inline wrap">
        <strong>{name ?? id}</strong> {flavor && <span class="count">{flavor}</span>}
        {artifactPath && (
          <a
            href={hrefs.run(run.experimentId, run.id, new URLSearchParams({ file: `${artifactPath}/MLmodel` }))}
            aria-label={`Files of ${name ?? id}`}
          >
            files
          </a>
        )}
      </p>
      <p class="inline wrap">
        {registered.map((one) => (
          <a key={`${one.name}/${one.version}`} href={hrefs.model(one.name, one.version)}>
            {one.name} version {one.version}
          </a>
        ))}
        {denied === undefined && (
          <button type="button" class="link-button" onClick={() => setRegistering(true)}>
            Register…
          </button>
        )}
      </p>
      <SignatureTable signature={signature} of={name ?? id} />
      <p class="faint inline">
        <code class="clip">{id}</code>
        <CopyButton text={id} what="the model's id" />
      </p>
      {run.models.length > 1 && artifactPath && (
        <Snippet label="Notebook" code={`const model = %load_model ${magicText(id)}`} />
      )}
      {registering && (
        <Register
          runId={run.id}
          modelId={id}
          suggested={registered.at(-1)?.name}
          close={() => setRegistering(false)}
          done={again}
        />
      )}
    </div>
  );
}

/** Makes a logged model the next version of a registered one, which is created if no model has that name yet. */
function Register({
  runId,
  modelId,
  suggested = "",
  close,
  done,
}: {
  runId: string;
  modelId: string;
  suggested: string | undefined;
  close(): void;
  done(): void;
}) {
  const { toast } = useServices();
  const known = useAsked("models", (signal) => get<ModelsJson>("runlab", "models", {}, signal));
  const names = known.value?.models.map(({ name }) => name) ?? [];
  return (
    <NameDialog
      title="Register the model"
      label="Name"
      action="Register"
      initial={suggested}
      suggestions={names}
      hint="The model becomes the next version of the registered model of this name. A new name makes a new one."
      close={close}
      submit={async (name) => {
        await mlflow.createModel(name).catch((error: Error) => {
          if (!(error instanceof AskError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
        });
        const { model_version } = await mlflow.createVersion(name, modelId, runId);
        toast({ text: `Registered ${name} version ${model_version.version}.` });
        done();
      }}
    />
  );
}
