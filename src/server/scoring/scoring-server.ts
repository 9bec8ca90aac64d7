import { AccessLog } from "../http/access-log.js";
import { faultText } from "../http/http-error.js";
import { HttpServer } from "../http/http-server.js";
import { OpenPredictions } from "./open-predictions.js";
import { modelLabel } from "./scoring-model.js";
import { defaultPort, type ScoringServerOptions } from "./scoring-options.js";
import { scoringApp } from "./scoring-routes.js";
import { ServingMetrics } from "./serving-metrics.js";

/** Answers predictions of one model over HTTP, by MLflow's scoring protocol. */
export class ScoringServer {
  readonly #http: HttpServer;
  readonly #metrics: ServingMetrics;
  readonly #predictions: OpenPredictions;
  readonly #log: AccessLog;

  private constructor(http: HttpServer, metrics: ServingMetrics, predictions: OpenPredictions, log: AccessLog) {
    this.#http = http;
    this.#metrics = metrics;
    this.#predictions = predictions;
    this.#log = log;
  }

  /** @throws {RunlabError} INVALID_STATE when the port that was named is busy, or no other is free */
  static async start(options: ScoringServerOptions): Promise<ScoringServer> {
    const { model, bodyLimit = 8 * 1024 * 1024, predictionTimeout = 60_000, predicting, ...rest } = options;
    // Counts name the model by its URI, never by a path of this machine.
    const metrics = new ServingMetrics({ uri: modelLabel(model.uri), flavor: model.flavor });
    const predictions = new OpenPredictions(predicting);
    const log = new AccessLog(options.log);
    const app = scoringApp(model, metrics, predictions, { ...rest, bodyLimit, predictionTimeout });
    const http = await HttpServer.start({ ...rest, app, defaultPort, log, watch: metrics });
    return new ScoringServer(http, metrics, predictions, log);
  }

  get port(): number {
    return this.#http.port;
  }

  /** The address to call, e.g. "http://127.0.0.1:5002". */
  get url(): string {
    return this.#http.url;
  }

  /**
   * Takes no new requests and lets the open ones end.
   * @param grace - ms that they have; what is open then is cut off
   */
  stop(grace?: number): Promise<void> {
    return this.#http.stop(grace);
  }

  /**
   * Takes an error that the model threw outside of its predictions: it is counted and logged, and where it is known which
   * request it comes from, that one is answered 500.
   */
  modelFailed(error: unknown): void {
    const origin = this.#predictions.fail(error);
    this.#metrics.modelFailed();
    // The line of a request that is still open has the error's text.
    if (origin?.open !== true) this.#log.addFault(faultText(error), origin?.requestId);
  }
}
