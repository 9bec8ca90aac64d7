import { isLoopback } from "../../server/http/access-rules.js";
import { type CliCommand, type CliInput, textOption } from "../command.js";
import { packageInfo } from "../package-info.js";
import { storeOptions, withStore } from "../store-session.js";
import { accessLogOption, logTo, portOf } from "./listen-options.js";

const defaultPort = 5001;
/** Exit code of a process that a second Ctrl+C ended, as shells have it. */
const interrupted = 130;

/** `runlab server`: MLflow's command, by its words. */
export const server: CliCommand = {
  name: "server",
  summary: "Serve the store to MLflow clients over HTTP, like mlflow server",
  options: [
    {
      flags: "-h, --host <host>",
      doc: "the address to listen on; other machines can connect only if it is not loopback",
      default: "127.0.0.1",
    },
    { flags: "-p, --port <port>", doc: `0 means any free port; default: ${defaultPort}, or the next free one` },
    { flags: "--allowed-hosts <names>", doc: "additional names to accept in the Host header, separated by commas" },
    accessLogOption,
    ...storeOptions,
    { flags: "--store <uri>", doc: "another name of --tracking-uri", hidden: true, conflicts: ["trackingUri"] },
    {
      flags: "--backend-store-uri <uri>",
      doc: "another name of --tracking-uri",
      hidden: true,
      conflicts: ["trackingUri", "store"],
    },
  ],
  run: (input) =>
    withStore(withTrackingUri(input), async (session) => {
      const host = textOption(input, "host") ?? "127.0.0.1";
      const port = portOf(textOption(input, "port"));
      // Other commands need no HTTP library.
      const { startTrackingServer } = await import("../../server/tracking/tracking-server.js");
      const http = await startTrackingServer({
        client: session.client,
        version: packageInfo().version,
        host,
        ...(port === undefined ? {} : { port }),
        allowedHosts: (textOption(input, "allowedHosts") ?? "").split(",").filter((name) => name !== ""),
        log: logTo(textOption(input, "accessLog") ?? "all"),
      });
      // From here on a signal lets open requests end; nothing may come between listening and this.
      const stopped = stopAsked();
      if (port === undefined && http.port !== defaultPort)
        input.io.note(`Port ${defaultPort} is in use; using ${http.port} instead.`);
      if (!isLoopback(host)) {
        input.io.note(
          `WARNING: anyone who can reach ${host} can read, change and delete everything in this store: the server asks for no password.`,
        );
      }
      if (input.options.json) input.io.print(JSON.stringify({ url: http.url, port: http.port, pid: process.pid }));
      else input.io.print(`Serving at ${http.url}; clients set MLFLOW_TRACKING_URI=${http.url}. Ctrl+C stops it.`);
      await stopped;
      await http.stop();
    }),
};

function withTrackingUri(input: CliInput): CliInput {
  const uri = ["trackingUri", "store", "backendStoreUri"].map((name) => textOption(input, name)).find(Boolean);
  return { ...input, options: { ...input.options, trackingUri: uri } };
}

/** Resolves on a signal; another one ends the process. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(interrupted));
        resolve();
      });
    }
  });
}
