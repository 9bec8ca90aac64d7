import { RunlabError } from "../../errors.js";
import type { UsersFile } from "../../server/auth/users-file.js";
import { isLoopback } from "../../server/http/access-rules.js";
import type { ServedPage } from "../../server/page/page-routes.js";
import { defaultTrackingPort } from "../../server/tracking/tracking-options.js";
import { BatchingStore } from "../../stores/batching/batching-store.js";
import { resolveUri } from "../../stores/open.js";
import { isDatabaseUri } from "../../stores/sql/database-uri.js";
import { TrackingClient } from "../../tracking/client.js";
import { type CliCommand, type CliInput, textOption } from "../command.js";
import { packageInfo } from "../package-info.js";
import { storeOptions, withStore } from "../store-session.js";
import { usersFile, usersOption } from "../users-option.js";
import { accessLogOption, logTo, portOf, stdinEnd, untilStdinEndsOption } from "./listen-options.js";

/** Exit code of a process that a second Ctrl+C ended, as shells have it. */
const interrupted = 130;

/** `runlab server`: MLflow's command, by its words. It serves the web page too. */
export const server: CliCommand = {
  name: "server",
  summary: "Serve the store to MLflow clients over HTTP, like mlflow server",
  options: [
    {
      flags: "-h, --host <host>",
      doc: "the address to listen on; other machines can connect only if it is not loopback",
      default: "127.0.0.1",
    },
    { flags: "-p, --port <port>", doc: `0 means any free port; default: ${defaultTrackingPort}, or the next free one` },
    { flags: "--first-port <port>", doc: "what `%ui port=` means: this port, or the next free one", hidden: true },
    { flags: "--static-prefix <path>", doc: "what paths begin with behind a proxy that passes it on: /tracking" },
    { flags: "--allowed-hosts <names>", doc: "additional names to accept in the Host header, separated by commas" },
    {
      flags: "--artifacts <uri>",
      doc: "where new experiments of a database keep the files of their runs: a folder or s3://bucket/path; default: RUNLAB_ARTIFACTS",
    },
    {
      flags: "--artifacts-destination <uri>",
      doc: "another name of --artifacts",
      hidden: true,
      conflicts: ["artifacts"],
    },
    { flags: "--auth", doc: "ask everybody to sign in; `runlab users add` makes the first user" },
    usersOption,
    accessLogOption,
    untilStdinEndsOption,
    ...storeOptions,
    { flags: "--store <uri>", doc: "another name of --tracking-uri", hidden: true, conflicts: ["trackingUri"] },
    {
      flags: "--backend-store-uri <uri>",
      doc: "another name of --tracking-uri",
      hidden: true,
      conflicts: ["trackingUri", "store"],
    },
  ],
  run: (given) => {
    const input = withTrackingUri(given);
    useArtifacts(input);
    return withStore(
      input,
      async (session) => {
        const host = textOption(input, "host") ?? "127.0.0.1";
        const port = portOf(textOption(input, "port"));
        const defaultPort = portOf(textOption(input, "firstPort")) ?? defaultTrackingPort;
        const users = input.options.auth === true || textOption(input, "users") ? signedInUsers(input) : undefined;
        // Other commands need no HTTP library.
        const { startTrackingServer } = await import("../../server/tracking/tracking-server.js");
        const { addPage } = await import("../../server/page/page-routes.js");
        // What several clients log into one run at the same moment is written at once, and each is answered when it is.
        const client = new TrackingClient(BatchingStore.over(session.client.store));
        const { version } = packageInfo();
        const pages: ServedPage[] = [];
        const prefix = prefixOf(textOption(input, "staticPrefix"));
        const http = await startTrackingServer({
          client,
          version,
          extend: (app, guarded, permissions) => pages.push(addPage(app, guarded, version, permissions)),
          host,
          users,
          ...(prefix === undefined ? {} : { prefix }),
          ...(port === undefined ? { defaultPort } : { port }),
          allowedHosts: (textOption(input, "allowedHosts") ?? "").split(",").filter((name) => name !== ""),
          log: logTo(textOption(input, "accessLog") ?? "all"),
        });
        // From here on a signal lets open requests end; nothing may come between listening and this.
        const stopped = Promise.race([stopAsked(), ...(input.options.untilStdinEnds === true ? [stdinEnd()] : [])]);
        if (port === undefined && http.port !== defaultPort)
          input.io.note(`Port ${defaultPort} is in use; using ${http.port} instead.`);
        if (!isLoopback(host)) input.io.note(warning(host, users !== undefined));
        // A notebook's `%ui`.
        if (input.options.untilStdinEnds === true) process.send?.({ url: http.url, port: http.port, pid: process.pid });
        if (input.options.json) input.io.print(JSON.stringify({ url: http.url, port: http.port, pid: process.pid }));
        else {
          input.io.print(`The web page: ${http.url}${prefix ?? ""}/`);
          input.io.print(`Python clients set MLFLOW_TRACKING_URI=${http.url}. Ctrl+C stops the server.`);
        }
        await stopped;
        for (const page of pages) page.close();
        await http.stop();
      },
      { mayBegin: true },
    );
  },
};

/** @throws {RunlabError} INVALID_PARAMETER_VALUE where the store keeps its files itself, or nothing can be kept there */
function useArtifacts(input: CliInput): void {
  const uri = ["artifacts", "artifactsDestination"].map((name) => textOption(input, name)).find(Boolean);
  if (uri === undefined) return;
  const store = resolveUri(textOption(input, "trackingUri"));
  if (!isDatabaseUri(store)) {
    throw new RunlabError("INVALID_PARAMETER_VALUE", `${store} keeps the files of its runs itself.`, {
      hint: "Leave --artifacts out, or choose a database: --tracking-uri sqlite:///runlab.db or postgresql://….",
    });
  }
  process.env.RUNLAB_ARTIFACTS = uri;
}

/** @throws {RunlabError} INVALID_STATE when there is none, and so nobody could sign in */
function signedInUsers(input: CliInput): UsersFile {
  const file = usersFile(input);
  if (file.users.length > 0) return file;
  throw new RunlabError("INVALID_STATE", `There are no users in ${file.path}, so nobody could sign in.`, {
    hint: "Make the first one, who is an admin: runlab users add <name>.",
  });
}

function warning(host: string, asksForPassword: boolean): string {
  if (asksForPassword)
    return `WARNING: passwords and tokens travel to ${host} unencrypted. Let a proxy with TLS stand before this server.`;
  return `WARNING: anyone who can reach ${host} can read, change and delete everything in this store: the server asks for no password. Use --auth.`;
}

/** `runlab ui`: the same server, by the other of MLflow's names. */
export const ui: CliCommand = { ...server, name: "ui", summary: "Serve the web page of the store, like mlflow ui" };

/** @throws {RunlabError} INVALID_PARAMETER_VALUE for a text that is not a path prefix */
function prefixOf(text: string | undefined): string | undefined {
  const prefix = text?.replace(/\/$/, "");
  if (prefix === undefined || prefix === "" || /^(\/[\w.~-]+)+$/.test(prefix)) return prefix || undefined;
  throw new RunlabError("INVALID_PARAMETER_VALUE", `'${text}' is not a path prefix: write it as /tracking.`);
}

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
