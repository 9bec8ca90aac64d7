import { type ErrorCode, RunlabError } from "../../errors.js";
import { stringifyExact } from "../../models/signature/exact-json.js";
import { ApiKey } from "../http/access-rules.js";
import { type App, type HttpContext, newApp, reply } from "../http/app.js";
import { defaultLimits, type HttpLimits } from "../http/connections.js";
import type { Exchange } from "../http/exchange.js";
import { HttpError } from "../http/http-error.js";
import { contentType, readText } from "../http/request-body.js";
import { castParams, readCsvBody, readJsonBody, takesLargeIntegers } from "./input-format.js";
import { shapeOfSchema } from "./input-shape.js";
import { modelFailure, type OpenPredictions } from "./open-predictions.js";
import { openApi } from "./openapi.js";
import { predictionJson } from "./prediction-json.js";
import { describeModel, type ScoringModel } from "./scoring-model.js";
import type { ServingMetrics } from "./serving-metrics.js";
import { tryPage } from "./try-page.js";

export interface ScoringOptions {
  /** Largest body, in bytes. */
  bodyLimit: number;
  limits?: Partial<HttpLimits>;
  /** ms that a prediction may take. */
  predictionTimeout: number;
  version: string;
  /** Needed for all that tells something of the model. */
  apiKey?: string | undefined;
  /** A body that the model takes, as it was logged with it. */
  example?: string | undefined;
}

const json = "application/json";
const bodyTypes: readonly string[] = [json, "text/csv"];
/** Codes of errors about the caller's data. A model's own error with another code is a failure, as any error of it. */
const aboutTheData: readonly ErrorCode[] = ["BAD_REQUEST", "INVALID_PARAMETER_VALUE"];

/** What the server answers. All but `/invocations` and `/metrics` is made once. */
export function scoringApp(
  model: ScoringModel,
  metrics: ServingMetrics,
  predictions: OpenPredictions,
  { bodyLimit, limits, predictionTimeout, version, apiKey, example }: ScoringOptions,
): App {
  const secured = apiKey !== undefined;
  const { html, contentSecurityPolicy } = tryPage(model, secured, example);
  const app = newApp("See GET /openapi.json for the available paths.");
  const fixed = (path: string, type: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    app.get(path, (context) => reply(context, { type, body, headers }));

  fixed("/ping", json, "\n");
  fixed("/health", json, "\n");
  fixed("/version", "text/plain; charset=utf-8", version);
  fixed("/", "text/html; charset=utf-8", html, {
    "content-security-policy": contentSecurityPolicy,
    "referrer-policy": "no-referrer",
  });
  if (secured) {
    // The routes above say nothing of the model.
    const key = new ApiKey(apiKey);
    app.use(async ({ env }, next) => {
      key.check(env.exchange.incoming);
      await next();
    });
  }
  fixed("/signature", json, stringifyExact(describeModel(model)));
  fixed("/openapi.json", json, stringifyExact(openApi(model, version, secured)));
  app.get("/metrics", (context) => reply(context, { type: "text/plain; version=0.0.4", body: metrics.text() }));

  const shape = shapeOfSchema(model.signature?.inputs);
  const accepted = { size: bodyLimit, time: limits?.body ?? defaultLimits.body };
  const exact = takesLargeIntegers(model.signature);
  app.post("/invocations", async (context: HttpContext) => {
    const { exchange } = context.env;
    const type = bodyType(exchange);
    const text = await readText(exchange, accepted);
    const { data, rows, params } =
      type === json ? readJsonBody(text, shape, exact) : { ...readCsvBody(text, shape), params: {} };
    // MLflow ignores columns that its signature does not name.
    const known = castParams(model.signature, params);
    const body = await predictions.run(exchange.id, predictionTimeout, async () => {
      try {
        return predictionJson(await model.predict(data, known, { json: true, extra: "ignore" }));
      } catch (error) {
        throw error instanceof RunlabError && aboutTheData.includes(error.code) ? error : modelFailure(error);
      }
    });
    exchange.notes.rows = rows;
    return reply(context, { body });
  });
  return app;
}

/** @throws {HttpError} 415 for another type, or another charset than UTF-8 */
function bodyType(exchange: Exchange): string {
  const { type, charset } = contentType(exchange);
  if (!bodyTypes.includes(type)) throw unsupported(`The content type must be one of ${bodyTypes.join(", ")}.`);
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") {
    throw unsupported("The scoring server only supports UTF-8.");
  }
  return type;
}

function unsupported(message: string): HttpError {
  return new HttpError(415, "BAD_REQUEST", message, { headers: { accept: bodyTypes.join(", ") } });
}
