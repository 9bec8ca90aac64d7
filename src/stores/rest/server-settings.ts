import { TrackingError } from "../../errors.js";
import type { HttpSettings } from "./http-connection.js";

/** From which size on a file goes in parts, and how large these are, bytes. */
export interface PartSizes {
  minimum: number;
  part: number;
}

/** How a tracking server is talked to, from MLflow's environment variables. */
export interface ServerSettings extends HttpSettings {
  /** The header `Authorization`. */
  authorization: string | undefined;
  /** How often a request that failed on its way is sent again. */
  maxRetries: number;
  /** Whether files go in parts to the storage behind the server; undefined: as the server says. */
  multipart: boolean | undefined;
  parts: PartSizes;
}

/** MLFLOW_HTTP_REQUEST_TIMEOUT's default, s. */
const defaultTimeout = 120;

/** With {@link retryDelay} they take some six seconds: a notebook should hear soon that its server is away. */
const defaultRetries = 5;

/** MLflow's defaults, bytes. */
const defaultParts: PartSizes = { minimum: 500 << 20, part: 10 << 20 };

/** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the variable */
export function serverSettings(env: Readonly<Record<string, string | undefined>> = process.env): ServerSettings {
  const insecureTls = yesOrNo(env.MLFLOW_TRACKING_INSECURE_TLS) ?? false;
  const serverCertPath = env.MLFLOW_TRACKING_SERVER_CERT_PATH || undefined;
  if (insecureTls && serverCertPath !== undefined) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      "MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set.",
      { hint: "Unset one: the first trusts every certificate, the second only those of its file." },
    );
  }
  return {
    authorization: authorization(env),
    maxRetries: wholeNumber(env, "MLFLOW_HTTP_REQUEST_MAX_RETRIES", defaultRetries),
    timeout: wholeNumber(env, "MLFLOW_HTTP_REQUEST_TIMEOUT", defaultTimeout) * 1000,
    insecureTls,
    serverCertPath,
    clientCertPath: env.MLFLOW_TRACKING_CLIENT_CERT_PATH || undefined,
    multipart: yesOrNo(env.MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD),
    parts: {
      minimum: wholeNumber(env, "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", defaultParts.minimum, 15),
      part: Math.max(1, wholeNumber(env, "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", defaultParts.part, 15)),
    },
  };
}

/** Wait before a request is sent again, ms: 0.2 s, then twice as long each time, up to 10 s, and up to a quarter more so that clients spread. */
export function retryDelay(attempt: number): number {
  return Math.min(200 * 2 ** attempt, 10_000) * (1 + Math.random() / 4);
}

/** As in MLflow, a user name goes before a token. */
function authorization(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password, MLFLOW_TRACKING_TOKEN: token } = env;
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  if (!token) return undefined;
  // A header ends at a line break; the value itself is never shown.
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    "MLFLOW_TRACKING_TOKEN contains a space, a line break or another character that no token has.",
    { hint: "Set it again, without the line break at its end." },
  );
}

/** Undefined when it is not set. */
function yesOrNo(text: string | undefined): boolean | undefined {
  return text === undefined || text === "" ? undefined : /^(true|1)$/i.test(text);
}

function wholeNumber(
  env: Readonly<Record<string, string | undefined>>,
  name:
    | "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
    | "MLFLOW_HTTP_REQUEST_TIMEOUT"
    | "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"
    | "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE",
  otherwise: number,
  digits = 6,
): number {
  const text = env[name];
  if (text === undefined || text === "") return otherwise;
  if (/^\d+$/.test(text) && text.length <= digits) return Number(text);
  throw new TrackingError("INVALID_PARAMETER_VALUE", `${name} is '${text}'; it must be a whole number.`);
}
