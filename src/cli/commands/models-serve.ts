import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../../errors.js";
import { loadModel } from "../../models/load-model.js";
import { isLoopback } from "../../server/http/access-rules.js";
import { guardProcess } from "../../server/scoring/process-guard.js";
import { defaultPort } from "../../server/scoring/scoring-options.js";
import type { ScoringServer } from "../../server/scoring/scoring-server.js";
import { StallWatch } from "../../server/scoring/stall-watch.js";
import { type CliCommand, type CliInput, countOption, textOption } from "../command.js";
import { packageInfo } from "../package-info.js";
import { storeOptions, withStore } from "../store-session.js";
import { accessLogOption, logTo, portOf, stdinEnd, untilStdinEndsOption } from "./listen-options.js";

/** In the environment: other users of the machine see a command line. */
const keyVariable = "RUNLAB_SERVING_API_KEY";
/** Exit code of a process that Ctrl+C ended, as shells have it. */
const interrupted = 130;
/** Characters of a model's own example that the page shows; a longer one is nothing to read. */
const exampleLimit = 20_000;

/** `runlab models serve`: MLflow's command, by its words. */
export const modelsServe: CliCommand = {
  name: "serve",
  summary: "Serve a model's predictions over HTTP, like mlflow models serve",
  options: [
    { flags: "-m, --model-uri <uri>", doc: "runs:/…, models:/…, m-<id> or a folder" },
    {
      flags: "-h, --host <host>",
      doc: "the address to listen on; other machines can connect only if it is not loopback",
      default: "127.0.0.1",
    },
    { flags: "-p, --port <port>", doc: `0 means any free port; default: ${defaultPort}, or the next free one` },
    { flags: "--allowed-hosts <names>", doc: "additional names to accept in the Host header, separated by commas" },
    {
      flags: "-t, --timeout <seconds>",
      doc: "the longest that a prediction may take before the answer is 504; a prediction that computes without pausing is answered late",
      default: 60,
      count: true,
    },
    {
      flags: "--stall-limit <seconds>",
      doc: "end the server if the model computes this long without pausing, as in an endless loop; default: ten times the timeout",
      count: true,
    },
    { flags: "--body-limit <MB>", doc: "the largest request body", default: 8, count: true },
    accessLogOption,
    untilStdinEndsOption,
    ...storeOptions,
  ],
  run: (input) =>
    withStore(
      input,
      async (session) => {
        const uri = textOption(input, "modelUri");
        if (uri === undefined) {
          throw new ModelError("INVALID_PARAMETER_VALUE", "The model is missing.", {
            hint: "For example: runlab models serve -m models:/<name>/latest. Use runlab models list to see registered models.",
          });
        }
        const host = textOption(input, "host") ?? "127.0.0.1";
        const port = portOf(textOption(input, "port"));
        const apiKey = process.env[keyVariable] || undefined;
        const model = await loadModel(session, uri);
        const timeout = countOption(input, "timeout") ?? 60;
        const watch = new StallWatch((countOption(input, "stallLimit") ?? 10 * timeout) * 1000);
        // Other commands need no HTTP library.
        const { ScoringServer } = await import("../../server/scoring/scoring-server.js");
        const server = await ScoringServer.start({
          model,
          version: packageInfo().version,
          host,
          ...(port === undefined ? {} : { port }),
          allowedHosts: (textOption(input, "allowedHosts") ?? "").split(",").filter((name) => name !== ""),
          apiKey,
          bodyLimit: (countOption(input, "bodyLimit") ?? 8) * 1024 * 1024,
          predictionTimeout: timeout * 1000,
          predicting: () => watch.beat(),
          example: await exampleOf(model.folder),
          log: logTo(textOption(input, "accessLog") ?? "all"),
        });
        const release = guardProcess((error) => server.modelFailed(error));
        // From here on a signal lets open requests end; nothing may come between listening and this.
        const stopped = stopAsked(input.options.untilStdinEnds === true, () => {
          release();
          process.exit(interrupted);
        });
        announce(input, server, { uri, port, host, apiKey });
        await stopped;
        await server.stop();
        await model.dispose();
        await watch.stop();
        release();
        // A model's code may have left something running.
        setTimeout(() => process.exit(), 1000).unref();
      },
      /* A model in a folder needs no store. */ { mayBegin: true },
    ),
};

function announce(
  { io, options }: CliInput,
  { url, port }: ScoringServer,
  asked: { uri: string; port: number | undefined; host: string; apiKey: string | undefined },
): void {
  if (asked.port === undefined && port !== defaultPort)
    io.note(`Port ${defaultPort} is in use; using ${port} instead.`);
  if (!isLoopback(asked.host) && asked.apiKey === undefined) {
    io.note(`Anyone who can reach ${asked.host} can use the model. Set ${keyVariable} to require a key.`);
  }
  // A notebook's `%serve`: what the model prints cannot come between.
  if (options.untilStdinEnds === true) process.send?.({ url, port, pid: process.pid });
  if (options.json) io.print(JSON.stringify({ url, port, pid: process.pid }));
  else io.print(`Serving ${asked.uri} at ${url}. Ctrl+C stops it.`);
}

/**
 * Resolves on a signal or at the end of standard input; another signal calls `now`. A model may have listeners of its own, which
 * come after this one, and may remove all of a signal: this one is put back.
 */
function stopAsked(untilStdinEnds: boolean, now: () => void): Promise<void> {
  return new Promise((resolve) => {
    const asked = { once: false };
    const onSignal = () => {
      if (asked.once) now();
      asked.once = true;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.prependListener(signal, onSignal);
    process.on("removeListener", (signal, listener) => {
      if (listener === onSignal) process.prependListener(signal, onSignal);
    });
    if (untilStdinEnds) void stdinEnd().then(resolve);
  });
}

/** The request that was kept with the model when it was logged with an example. */
async function exampleOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "serving_input_example.json"), "utf8").catch(() => undefined);
  return text !== undefined && text.length <= exampleLimit ? text : undefined;
}
