import type { IncomingMessage } from "node:http";
import { stringifyExact } from "../../models/exact-json.js";
import { castParams } from "./input/cast-params.js";
import { readCsvBody } from "./input/csv-body.js";
import { readJsonBody } from "./input/input-format.js";
import type { InputShape } from "./input/input-shape.js";
import { shapeOfSchema } from "./input/shape-of-schema.js";
import { takesLargeIntegers } from "./input/takes-large-integers.js";
import type { OpenPredictions } from "./open-predictions.js";
import { openApi } from "./openapi.js";
import { predictionJson } from "./prediction-json.js";
import { bodyType, readBody } from "./read-body.js";
import { describeModel, modelLabel, type ScoringModel } from "./scoring-model.js";
import { ServingMetrics } from "./serving-metrics.js";
import { tryPage } from "./try-page.js";

export interface Answer {
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** Rows that were predicted. */
  rows?: number;
  bytesIn?: number;
}

export interface Route {
  method: "GET" | "POST";
  /** Answers without an API key: it says nothing of the model. */
  open?: boolean;
  /** @param id - of the request, by which the log's line is found */
  answer(request: IncomingMessage, id: string): Answer | Promise<Answer>;
}

export interface RouteOptions {
  /** Largest body, in bytes. */
  bodyLimit: number;
  /** ms that a prediction may take. */
  predictionTimeout: number;
  version: string;
  /** An API key is needed. */
  secured: boolean;
  /** A body that the model takes, as it was logged with it. */
  example: string | undefined;
}

const json = "application/json";

/** What the server answers, by path. All but `/invocations` and `/metrics` is made once. */
export function scoringRoutes(
  model: ScoringModel,
  metrics: ServingMetrics,
  predictions: OpenPredictions,
  options: RouteOptions,
): ReadonlyMap<string, Route> {
  const shape = shapeOfSchema(model.signature?.inputs);
  const { html, contentSecurityPolicy } = tryPage(model, options.secured, options.example);
  const fixed = (type: string, body: string, more: Partial<Route & Answer> = {}): Route => {
    const { open = false, headers = {} } = more;
    return { method: "GET", open, answer: () => ({ type, body, headers }) };
  };
  return new Map([
    ["/invocations", { method: "POST", answer: invocations(model, shape, predictions, options) }],
    ["/ping", fixed(json, "\n", { open: true })],
    ["/health", fixed(json, "\n", { open: true })],
    ["/version", fixed("text/plain; charset=utf-8", options.version, { open: true })],
    ["/signature", fixed(json, stringifyExact(describeModel(model)))],
    ["/openapi.json", fixed(json, stringifyExact(openApi(model, options.version, options.secured)))],
    ["/metrics", { method: "GET", answer: () => ({ type: "text/plain; version=0.0.4", body: metrics.text() }) }],
    [
      "/",
      fixed("text/html; charset=utf-8", html, {
        open: true,
        headers: { "content-security-policy": contentSecurityPolicy, "referrer-policy": "no-referrer" },
      }),
    ],
  ] satisfies Array<[string, Route]>);
}

/** Counts that name the model by its URI, never by a path of this machine. */
export function newMetrics({ uri, flavor }: ScoringModel): ServingMetrics {
  return new ServingMetrics({ uri: modelLabel(uri), flavor });
}

function invocations(
  model: ScoringModel,
  shape: InputShape,
  predictions: OpenPredictions,
  { bodyLimit, predictionTimeout }: RouteOptions,
): Route["answer"] {
  const exact = takesLargeIntegers(model.signature);
  return async (request, id) => {
    const type = bodyType(request);
    const { text, bytes } = await readBody(request, bodyLimit);
    const { data, rows, params } =
      type === "text/csv" ? { ...readCsvBody(text, shape), params: {} } : readJsonBody(text, shape, exact);
    // MLflow ignores columns that its signature does not name.
    const known = castParams(model.signature, params);
    const made = await predictions.run(id, predictionTimeout, () =>
      model.predict(data, known, { json: true, extra: "ignore" }),
    );
    return { type: json, body: predictionJson(made), rows, bytesIn: bytes };
  };
}
