import { request as httpRequest, type IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { RunlabError } from "../../errors.js";
import { isLoopback } from "../http/access-rules.js";
import type { PredictJson, PredictRequest, ServedJson, ServedModelJson } from "./page-json.js";

/** ms that a prediction may take: as the scoring server's own limit. */
const predictionTimeout = 60_000;
/** Bytes of an answer. */
const largest = 8 * 1024 * 1024;

/**
 * Asks a scoring server on this machine for a prediction. The page may ask nothing but its own server, and this one could be made to ask
 * anything: so the address is one of loopback, the path is fixed, redirects are not followed, and anything but a scoring server's answer is
 * not passed on.
 * @throws {RunlabError} INVALID_PARAMETER_VALUE for another address; TEMPORARILY_UNAVAILABLE when no scoring server answers there
 */
export async function predict({ address, body, key }: PredictRequest): Promise<PredictJson> {
  const start = performance.now();
  const { status, text } = await ask(address, "/invocations", { body, key });
  const answer = record(text);
  const isPrediction = status === 200 && Object.hasOwn(answer, "predictions");
  const isError = status >= 400 && typeof answer.error_code === "string" && typeof answer.message === "string";
  if (!isPrediction && !isError) throw noScoringServer(address);
  return { status, body: text, ms: Math.round(performance.now() - start) };
}

/** Which model a scoring server of runlab has. @throws {RunlabError} INVALID_PARAMETER_VALUE as `predict` does */
export async function servedModel(address: string, key: string | undefined): Promise<ServedJson> {
  try {
    return await modelAt(address, key);
  } catch (error) {
    if (error instanceof RunlabError && error.code === "TEMPORARILY_UNAVAILABLE") return { problem: error.message };
    throw error;
  }
}

async function modelAt(address: string, key: string | undefined): Promise<ServedModelJson> {
  const { status, text } = await ask(address, "/signature", { key });
  const answer = record(text);
  if (status === 401 && typeof answer.message === "string") {
    throw new RunlabError("INVALID_PARAMETER_VALUE", "The scoring server asks for its API key.");
  }
  const { uri, name, version, model_id: modelId } = isRecord(answer.model) ? answer.model : {};
  if (status !== 200 || typeof uri !== "string") throw noScoringServer(address);
  return {
    uri,
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof version === "string" ? { version } : {}),
    ...(typeof modelId === "string" ? { modelId } : {}),
  };
}

interface Sent {
  /** JSON; without one it is a GET. */
  body?: string;
  key: string | undefined;
}

async function ask(address: string, path: string, { body, key }: Sent): Promise<{ status: number; text: string }> {
  const { hostname, port } = loopbackUrl(address);
  const headers = {
    accept: "application/json",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(key === undefined || key === "" ? {} : { authorization: `Bearer ${key}` }),
  };
  try {
    return await new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(predictionTimeout);
      const options = { hostname, port, path, headers, lookup: loopbackOnly, agent: false, signal };
      const sent = httpRequest({ ...options, method: body === undefined ? "GET" : "POST" }, (answer) => {
        readAnswer(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  } catch (cause) {
    if (cause instanceof RunlabError) throw cause;
    if ((cause as Error).name === "AbortError" || (cause as Error).name === "TimeoutError") {
      throw new RunlabError("TEMPORARILY_UNAVAILABLE", `The scoring server at ${address} took longer than a minute.`);
    }
    throw noScoringServer(address, cause);
  }
}

/** @throws {RunlabError} INVALID_PARAMETER_VALUE for what is not "http://<a name of loopback>:<port>" */
function loopbackUrl(address: string): { hostname: string; port: number } {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  const hostname = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  const bare = url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (bare && url.protocol === "http:" && url.pathname === "/" && isLoopback(hostname)) {
    return { hostname, port: Number(url.port || 80) };
  }
  throw new RunlabError(
    "INVALID_PARAMETER_VALUE",
    "The address must be that of a scoring server on the machine of this server, such as http://127.0.0.1:5002.",
    { hint: "For a model that is served elsewhere, use the curl command." },
  );
}

/** Whatever the machine's name service says of localhost. */
const loopbackOnly: LookupFunction = (_hostname, { all }, done) => {
  if (all) {
    done(null, [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ]);
  } else done(null, "127.0.0.1", 4);
};

async function readAnswer(answer: IncomingMessage): Promise<string> {
  if (!/^application\/json\b/i.test(answer.headers["content-type"] ?? "")) {
    answer.destroy();
    throw new Error("The answer is not JSON.");
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > largest) {
      answer.destroy();
      throw new RunlabError("INVALID_PARAMETER_VALUE", "The prediction is larger than 8 MB.", {
        hint: "Send fewer rows, or use the curl command.",
      });
    }
  }
  return Buffer.concat(pieces).toString("utf8");
}

function noScoringServer(address: string, cause?: unknown): RunlabError {
  return new RunlabError("TEMPORARILY_UNAVAILABLE", `No scoring server answers at ${address.trim().slice(0, 200)}.`, {
    hint: "Start one on the machine of this server: runlab models serve -m <model>, or %serve in a notebook.",
    cause,
  });
}

function record(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
