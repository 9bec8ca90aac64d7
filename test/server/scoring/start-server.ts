import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import type { ScoringModel } from "../../../src/server/scoring/scoring-model.js";
import type { ScoringServerOptions } from "../../../src/server/scoring/scoring-options.js";
import { ScoringServer } from "../../../src/server/scoring/scoring-server.js";

/** A server of a test. */
export interface Started {
  server: ScoringServer;
  /** The lines of the access log, once the server has stopped. */
  entries(): Array<Record<string, unknown>>;
}

/** Starts a server that ends with the test. */
export async function start(
  context: TestContext,
  model: ScoringModel,
  options: Partial<ScoringServerOptions> = {},
): Promise<Started> {
  const lines: string[] = [];
  const server = await ScoringServer.start({
    model,
    version: "9.9.9",
    port: 0,
    log: (text) => lines.push(...text.trimEnd().split("\n")),
    ...options,
  });
  context.after(() => server.stop(0));
  return { server, entries: () => lines.map((line) => JSON.parse(line)) };
}

/** Sends rows to be predicted: an object as JSON, a text as it is. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });
}

/** The fields of all answers that the tests look into. */
export interface AnyAnswer {
  error_code: string;
  message: string;
  predictions: number[];
  model: { uri: string };
  inputs: unknown[];
  params: unknown;
  paths: { "/invocations": { post: { requestBody: { content: Record<string, { example: unknown }> } } } };
}

export async function json(response: Response): Promise<AnyAnswer> {
  return (await response.json()) as AnyAnswer;
}

/** Writes raw bytes and gives all that comes back until the server closes. */
export async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (part) => {
    answer += part;
  });
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return answer;
}

/** A row that the wine takes. */
export const oneRow = { inputs: { acid: 1, pH: 3 } };
