import { useEffect, useId, useMemo, useState } from "preact/hooks";
import type { ModelVersionJson, PredictJson, ServedJson, ServedModelJson } from "../../server/page/page-json.js";
import { ErrorLine } from "../parts/error-box.js";
import { shellText } from "../parts/quoting.js";
import { Snippet } from "../parts/snippet.js";
import { readText } from "../server/artifacts.js";
import { post } from "../server/ask.js";
import { type Asked, useAsked } from "../server/use-asked.js";
import { PredictionView } from "./prediction-view.js";
import { TryFields } from "./try-fields.js";
import { bodyOutline, exampleRows, type FieldError, requestBody, tryShape } from "./try-request.js";

const defaultAddress = "http://127.0.0.1:5002";
const keptAddress = "runlab.scoring";
/** Rows of an example that the form takes over. */
const exampleSize = 3;

/** Asks a served model for a prediction, in a form that its signature makes. */
export function TryForm({ name, version }: { name: string; version: ModelVersionJson }) {
  const { signature, artifactPath, run } = version;
  const shape = useMemo(() => tryShape(signature), [signature?.inputs, signature?.params]);
  const place =
    run?.known && artifactPath ? { runId: run.id, path: `${artifactPath}/serving_input_example.json` } : undefined;
  const example = useAsked(place && `${place.runId}/${place.path}`, async (signal) =>
    // Many a model has none.
    place === undefined
      ? ""
      : readText(place.runId, place.path, signal).then(
          ({ text, cut }) => (cut ? "" : text),
          () => "",
        ),
  );
  const columns = shape.columns ?? [];
  const empty = () => [columns.map(() => "")];
  const [rows, setRows] = useState<string[][]>(empty);
  const [params, setParams] = useState(() => shape.params.map(({ preset = "" }) => preset));
  const [text, setText] = useState<string>();
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [answer, setAnswer] = useState<PredictJson>();
  const [problem, setProblem] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const [address, setAddress] = useState(() => localStorage.getItem(keptAddress) ?? defaultAddress);
  const [key, setKey] = useState("");
  const served = useServed(address, key);
  const prefill = () => {
    if (shape.columns === undefined) setText(pretty(example.value || bodyOutline(signature)));
    else setRows(exampleRows(columns, example.value, exampleSize) ?? empty());
  };
  useEffect(() => {
    if (example.value !== undefined || place === undefined) prefill();
  }, [example.value]);

  const asJson = text !== undefined;
  const toJson = () => {
    const made = requestBody(shape, rows, params);
    setText(pretty("body" in made ? made.body : example.value || bodyOutline(signature)));
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const made = asJson ? { body: text } : requestBody(shape, rows, params);
    setErrors("errors" in made ? made.errors : []);
    if ("errors" in made) return;
    setBusy(true);
    setProblem(undefined);
    try {
      setAnswer(await post<PredictJson>("runlab", "predict", { address, body: made.body, ...(key && { key }) }));
      localStorage.setItem(keptAddress, address);
      if (served.error) served.again();
    } catch (error) {
      setAnswer(undefined);
      setProblem(error as Error);
    }
    setBusy(false);
  };
  return (
    <form class="try" onSubmit={submit} aria-label="Try the model">
      <Server
        name={name}
        version={version}
        served={served}
        address={address}
        setAddress={setAddress}
        apiKey={key}
        setKey={setKey}
      />
      {asJson ? (
        <JsonBody text={text} setText={setText} />
      ) : (
        <TryFields shape={shape} rows={rows} setRows={setRows} params={params} setParams={setParams} errors={errors} />
      )}
      <div class="try-actions">
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? "Predicting…" : "Predict"}
        </button>
        {shape.columns !== undefined && (
          <button type="button" class="link-button" onClick={() => (asJson ? setText(undefined) : toJson())}>
            {asJson ? "Back to the form" : "Edit as JSON"}
          </button>
        )}
        {!!example.value && (
          <button type="button" class="link-button" onClick={prefill}>
            Fill in the example
          </button>
        )}
      </div>
      {problem && <ErrorLine error={problem} />}
      {answer && <PredictionView answer={answer} />}
    </form>
  );
}

/** Which model answers at an address. */
function useServed(address: string, key: string): Asked<ServedModelJson> {
  const [settled, setSettled] = useState(address);
  useEffect(() => {
    // ms without a key press
    const timer = setTimeout(() => setSettled(address), 400);
    return () => clearTimeout(timer);
  }, [address]);
  return useAsked(`${settled} ${key}`, async (signal) => {
    const served = await post<ServedJson>("runlab", "served", { address: settled, ...(key && { key }) }, signal);
    if ("problem" in served) throw new Error(served.problem);
    return served;
  });
}

function Server({
  name,
  version,
  served,
  address,
  setAddress,
  apiKey,
  setKey,
}: {
  name: string;
  version: ModelVersionJson;
  served: Asked<ServedModelJson>;
  address: string;
  setAddress(address: string): void;
  apiKey: string;
  setKey(key: string): void;
}) {
  const id = useId();
  const [secured, setSecured] = useState(false);
  const { value, error, loading } = served;
  const isThis = value?.name === name && value.version === version.version;
  const sameModel =
    value !== undefined && (isThis || (value.modelId !== undefined && value.modelId === version.modelId));
  return (
    <div class="try-server">
      <div class="try-address">
        <label for={id}>Served at</label>
        <input
          id={id}
          type="text"
          inputMode="url"
          spellcheck={false}
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        {secured ? (
          <input
            type="password"
            aria-label="API key of the scoring server"
            placeholder="API key"
            autocomplete="off"
            value={apiKey}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        ) : (
          <button type="button" class="link-button" onClick={() => setSecured(true)}>
            with an API key
          </button>
        )}
      </div>
      {value && !loading && sameModel && (
        <p class="served good">
          <span class="dot finished" aria-hidden="true" /> This version answers there.
        </p>
      )}
      {value && !loading && !sameModel && (
        <p class="served warn">
          Another model answers there: <code>{value.uri}</code>
        </p>
      )}
      {error && !loading && (
        <>
          <p class="served faint">{error.message} Start one:</p>
          <Snippet
            label="Terminal"
            code={`runlab models serve -m ${shellText(`models:/${name}/${version.version}`)}`}
          />
        </>
      )}
    </div>
  );
}

function JsonBody({ text, setText }: { text: string; setText(text: string): void }) {
  return (
    <div class="field">
      <label for="try-body">Body of the request</label>
      <textarea
        id="try-body"
        class="code-input"
        rows={10}
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}

/** JSON with a line for each field; texts that hold more digits than a double stay as they are. */
function pretty(text: string): string {
  if (/\d{16}/.test(text) || text.length > 4000) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
