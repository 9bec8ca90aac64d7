import type { SignatureChangeRow } from "../../render/rows.js";
import type { ShownDiff } from "../../render/run-diff.js";

/**
 * What the web page and its server say to each other below `/ajax-api/2.0/runlab/`, as JSON. Names of params, metrics and tags
 * stand in lists, and a run's values in the same order: no key is repeated in each of ten thousand runs.
 */

/** A number as JSON has it; what JSON lacks is its name: "NaN", "Infinity", "-Infinity". */
export type NumberJson = number | string;

/** `GET home`: where the page begins. */
export interface HomeJson {
  version: string;
  /** What opens this store, shown to people. */
  store: string;
  /** That of the newest run; else the newest one. Undefined when every experiment is deleted. */
  experimentId?: string;
}

/** What a user may do; each word includes those before it. */
export type LevelJson = "none" | "read" | "write" | "admin";

/** `GET me`: who asks, and from where. No user where nobody signs in, and everybody may do everything. */
export interface MeJson {
  user?: string;
  /** May do everything. */
  admin?: boolean;
  /** What the user may do with the registered models. */
  models?: LevelJson;
  /** Has signed in at the page, and so can sign out. */
  bySession?: boolean;
  /** The Jupyter server that this one was started in, where its terminal or kernel says so. */
  jupyter?: JupyterJson;
}

export interface JupyterJson {
  /** "http://localhost:8888/", without a token. */
  url?: string;
  /** The folder that it serves. */
  root?: string;
}

/** `GET experiments`: all of them, also deleted ones. */
export interface ExperimentsJson {
  experiments: ExperimentJson[];
  /** Runs were too many to count: the counts are those of the newest ones. */
  partial?: true;
}

export interface ExperimentJson {
  id: string;
  name: string;
  deleted: boolean;
  /** ms since the epoch, as all times here. */
  created: number;
  tags: Record<string, string>;
  runs: number;
  running: number;
  /** Start of its newest run. */
  newest?: number;
  /** What the user may do with it; absent where nobody signs in. */
  level?: LevelJson;
}

/** `POST runs`: the runs of a table. */
export interface RunsRequest {
  /** None with `runIds`: wherever they are. */
  experimentIds: string[];
  /** The filter language of `%runs`. */
  filter?: string;
  /** Deleted runs instead of active ones. */
  deleted?: boolean;
  /** These runs only: what has changed since. */
  runIds?: string[];
  /** The newest of them, at most so many. */
  most?: number;
}

export interface RunsJson {
  params: string[];
  metrics: string[];
  tags: string[];
  /** Newest first. */
  runs: RunJson[];
  /** There are more than one answer holds, or than were asked for: these are the newest. */
  more?: true;
  /** Where news begin that these runs have not heard of. */
  cursor: string;
}

export interface RunJson {
  id: string;
  name: string;
  experiment: string;
  status: string;
  start: number;
  end?: number;
  user: string;
  parent?: string;
  /** The notebook or script. */
  source?: string;
  /** In the order of `params`; null where the run has none; shorter when the last ones are absent. */
  params: Array<string | null>;
  /** The latest values. */
  metrics: Array<NumberJson | null>;
  /** How many points each metric has; left out when none has more than one. */
  points?: number[];
  tags: Array<string | null>;
}

/** `POST curves`: histories, thinned to what a picture can show. */
export interface CurvesRequest {
  runIds: string[];
  metrics: string[];
  /** Most points of each, default 500. */
  limit?: number;
  /** What the page has already: how many points it was told there are. */
  known?: Array<{ run: string; metric: string; total: number }>;
}

export interface CurvesJson {
  curves: CurveJson[];
}

export interface CurveJson {
  run: string;
  metric: string;
  /** How many points the history has. */
  total: number;
  /** The points after the first `from` of them, thinned. */
  from: number;
  steps: number[];
  values: NumberJson[];
  times: number[];
}

/** `GET diff?a=…&b=…`: what differs between two runs, as `%diff` shows it. */
export type DiffJson = ShownDiff;

/** `GET run`: all that is known of one run. */
export interface RunDetailsJson {
  id: string;
  name: string;
  experimentId: string;
  experiment: string;
  status: string;
  start: number;
  end?: number;
  user: string;
  deleted: boolean;
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: MetricDetailsJson[];
  inputs: DatasetDetailsJson[];
  models: RunModelJson[];
  parent?: { id: string; name: string };
  /** Runs inside this one, oldest first; at most 100. */
  children: Array<{ id: string; name: string; status: string }>;
  /** What the user may do with its experiment; absent where nobody signs in. */
  level?: LevelJson;
}

export interface MetricDetailsJson {
  key: string;
  last: NumberJson;
  step: number;
  /** Of finite values, with their steps. */
  min?: { value: number; step: number };
  max?: { value: number; step: number };
  count: number;
}

export interface DatasetDetailsJson {
  name: string;
  digest: string;
  source: string;
  context?: string;
}

export interface RunModelJson {
  id: string;
  name?: string;
  flavor?: string;
  step: number;
  /** The versions of registered models that came of it, oldest first. */
  registered: Array<{ name: string; version: string }>;
  signature?: SignatureJson;
  /** Its folder in the run. */
  artifactPath?: string;
}

/** `GET models`: every registered model, by name. */
export interface ModelsJson {
  models: RegisteredModelJson[];
}

export interface RegisteredModelJson {
  name: string;
  created: number;
  updated: number;
  description: string;
  tags: Record<string, string>;
  /** Alias to version. */
  aliases: Record<string, string>;
  /** How many versions it has. */
  versions: number;
  /** The highest one. */
  latest?: { version: string; stage: string; created: number };
}

/** `GET model?name=…`: one of them with its versions, the highest first. */
export interface ModelDetailsJson extends Omit<RegisteredModelJson, "versions" | "latest"> {
  versions: ModelVersionJson[];
}

export interface ModelVersionJson {
  version: string;
  created: number;
  updated: number;
  description: string;
  user: string;
  stage: string;
  /** The URI that it was registered from. */
  source: string;
  tags: Record<string, string>;
  aliases: string[];
  modelId?: string;
  flavor?: string;
  /** What the model was made with, where its client said it. */
  params?: Record<string, string>;
  signature?: SignatureJson;
  /** Its folder in the run. */
  artifactPath?: string;
  run?: SourceRunJson;
}

/** The run that a version came from; its id alone when it is gone, or the user may not read it. */
export interface SourceRunJson {
  id: string;
  known?: {
    name: string;
    experimentId: string;
    experiment: string;
    status: string;
    start: number;
    deleted: boolean;
    metrics: Record<string, NumberJson>;
    datasets: string[];
  };
}

/** JSON texts, as in an MLmodel file. */
export interface SignatureJson {
  inputs?: string;
  outputs?: string;
  params?: string;
}

/** `GET signature-diff?name=…&before=…&after=…`: what changed from one version's signature to that of another. */
export interface SignatureDiffJson {
  changes: SignatureChangeJson[];
  /** Versions without a signature that can be read; then nothing is compared. */
  without: string[];
}

export type SignatureChangeJson = SignatureChangeRow;

/** `POST predict`: a request to a scoring server on the server's own machine. */
export interface PredictRequest {
  /** "http://127.0.0.1:5002" */
  address: string;
  /** JSON text, sent as it is. */
  body: string;
  /** Of a scoring server that asks for one. */
  key?: string;
}

/** What the scoring server answered, also when it refused. */
export interface PredictJson {
  status: number;
  /** JSON text: an object with `predictions`, or an error as MLflow writes it. */
  body: string;
  ms: number;
}

/** `POST served`: which model a scoring server has, or why there is none: most models are not served, which is not an error. */
export type ServedJson = ServedModelJson | { problem: string };

export interface ServedModelJson {
  uri: string;
  name?: string;
  version?: string;
  modelId?: string;
}

/** `GET news?after=…`: waits until something has changed. */
export interface NewsJson {
  /** For the next request. */
  cursor: string;
  /** Runs with something new; null: any run may have. */
  runIds: string[] | null;
  experiments: boolean;
  models: boolean;
}

/** An error, as of every route. */
export interface ErrorJson {
  error_code: string;
  message: string;
}
