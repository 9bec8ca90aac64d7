import { MagicError, RunlabError } from "../../errors.js";
import type { BackgroundServer } from "../../server/background/background-servers.js";
import { defineMagic } from "../define-magic.js";
import type { MagicContext } from "../magic.js";
import { say } from "../runtime/say.js";

/** `%serve models:/ElasticCars/latest`, `%serve list`, `%serve stop 5002`. */
export const serve = defineMagic({
  name: "serve",
  kind: "line",
  summary: "Serve a model over HTTP until the kernel ends, or list and stop such servers",
  input: "args",
  args: [
    {
      name: "model",
      type: "string",
      doc: "A model's URI, `list`, `log` or `stop`",
      positional: true,
      required: true,
      complete: "model",
    },
    {
      name: "port",
      type: "number",
      doc: "The port to listen on; default: 5002 or the next free one. With `log` and `stop`: the server's port; default: all",
      positional: true,
    },
  ],
  lowering: "await",
  returns:
    "{ uri: string; url: string; port: number; pid: number; startedAt: Date; restarts: number; ended?: string }[]",
  draws: true,
  examples: ["%serve models:/ElasticCars/latest", "%serve list", "%serve log", "%serve stop 5002"],
  async run({ model: word, port }, context) {
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `%serve: ${port} is not a port.`, {
        hint: "A port is a whole number from 0 to 65535; 0 means any free port.",
      });
    }
    const { servers } = context.services;
    switch (word) {
      case "list":
        return listed(servers.list(), context);
      case "log":
        tell(context, servers.log(port) || "No request has failed.");
        return servers.list();
      case "stop":
        return stopped(await servers.stop(port), context);
      default:
        return [await started(word, port, context)];
    }
  },
});

async function started(uri: string, port: number | undefined, context: MagicContext): Promise<BackgroundServer> {
  const served = await context.services.servers.start(uri, port, context.cell.signal).catch((error: unknown) => {
    throw inNotebookWords(error);
  });
  tell(context, `Serving ${uri} at ${served.url}. To stop it: %serve stop ${served.port}`);
  return served;
}

/** The server is a command of its own and names the command's option, which this magic writes otherwise. */
function inNotebookWords(error: unknown): unknown {
  if (!(error instanceof RunlabError) || !error.message.includes("--port")) return error;
  return new MagicError(error.code, error.message.replaceAll("--port", "port=<number>"), {
    hint: error.hint,
  });
}

function listed(servers: BackgroundServer[], context: MagicContext): BackgroundServer[] {
  if (servers.length === 0) tell(context, "No model is being served. To start: %serve <uri>");
  for (const { url, uri, startedAt, restarts, ended } of servers) {
    const times = restarts === 0 ? "" : `, restarted ${restarts === 1 ? "once" : `${restarts} times`}`;
    const state = ended === undefined ? "" : `; it has ended: ${ended}`;
    tell(context, `${url}  ${uri}  since ${startedAt.toLocaleTimeString()}${times}${state}`);
  }
  return servers;
}

function stopped(servers: BackgroundServer[], context: MagicContext): BackgroundServer[] {
  if (servers.length === 0) tell(context, "No model is being served.");
  for (const { url, uri } of servers) tell(context, `Stopped ${uri} at ${url}.`);
  return servers;
}

function tell({ output, assigned }: MagicContext, line: string): void {
  if (!assigned) say(output, line);
}
