import type { HttpLimits } from "../http/connections.js";
import type { ScoringModel } from "./scoring-model.js";

/** MLflow's own default is 5000, which the tracking server's neighbours use. */
export const defaultPort = 5002;

export interface ScoringServerOptions {
  model: ScoringModel;
  /** runlab's version, the answer of `/version`. */
  version: string;
  /** Default: loopback. */
  host?: string;
  /** This port and no other, 0 for any free one. Default: 5002, or the next free one. */
  port?: number;
  /** Other names in a Host or Origin header that are taken. */
  allowedHosts?: readonly string[];
  apiKey?: string | undefined;
  /** Largest body, in bytes. Default 8 MB. */
  bodyLimit?: number;
  /** What a client may take. */
  limits?: Partial<HttpLimits>;
  /** ms that a prediction may take before it is answered 504, see `OpenPredictions`. Default 60,000, as MLflow has it. */
  predictionTimeout?: number;
  /** Called at the beginning of each prediction. */
  predicting?: () => void;
  /** A body that the model takes, for the page. */
  example?: string | undefined;
  /** Takes lines of the access log. */
  log: ((text: string) => void) | undefined;
}
