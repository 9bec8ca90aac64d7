import { MagicError } from "../../errors.js";
import { escapeHtml } from "../../render/escape-html.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import type { BackgroundServer } from "../../server/background/background-servers.js";
import { defineMagic } from "../define-magic.js";
import type { MagicContext } from "../magic.js";
import { sayIn } from "../runtime/say.js";

/** The port of `runlab ui`. */
const defaultPort = 5001;

/** `%ui`: the web page of the store beside the notebook; `%ui stop` ends it. */
export const ui = defineMagic({
  name: "ui",
  kind: "line",
  summary: "Open the web page of the store beside the notebook; it ends with the kernel, or by %ui stop",
  input: "args",
  args: [
    {
      name: "action",
      type: "string",
      doc: "`stop` ends the pages that this notebook serves, `log` shows which of their requests failed",
      positional: true,
      complete: ["stop", "log"],
    },
    { name: "port", type: "number", doc: `The port to listen on, or the next free one; default: ${defaultPort}` },
    {
      name: "hosts",
      type: "list",
      doc: "Names by which browsers reach a remote Jupyter with jupyter-server-proxy: lab.example.org",
    },
  ],
  lowering: "await",
  returns:
    "{ uri: string; url: string; port: number; pid: number; startedAt: Date; restarts: number; ended?: string }[]",
  draws: true,
  examples: ["%ui", "%ui port=5005", "%ui hosts=lab.example.org", "%ui stop"],
  async run({ action, port = defaultPort, hosts }, context) {
    const { pages } = context.services;
    const tell = sayIn(context);
    if (action === "log") {
      tell(pages.log() || "No request has failed.");
      return pages.list();
    }
    if (action === "stop") {
      const stopped = await pages.stop();
      if (stopped.length === 0) tell("This notebook serves no page.");
      for (const { uri, url } of stopped) tell(`Stopped the page of ${uri} at ${url}.`);
      return stopped;
    }
    const page = await served(port, hosts, context);
    if (!context.assigned) context.output.display(pageBundle(page, proxyPath(page.port)));
    return [page];
  },
});

/** The page of the session's store that runs, else a new one. */
async function served(port: number, hosts: readonly string[], context: MagicContext): Promise<BackgroundServer> {
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new MagicError("INVALID_PARAMETER_VALUE", `%ui: ${port} is not a port.`, {
      hint: "A port is a whole number from 1 to 65535.",
    });
  }
  const { pages } = context.services;
  const uri = context.session.getTrackingUri();
  if (uri.startsWith("memory:")) {
    throw new MagicError("INVALID_STATE", "%ui: no other process can read a store that is in this kernel's memory.", {
      hint: "Choose a folder for later runs: %tracking_uri ./runlab",
    });
  }
  const tell = sayIn(context);
  const running = pages.list().find((one) => one.uri === uri && one.ended === undefined);
  // Names are told to a server when it starts.
  if (running !== undefined && hosts.length > 0) await pages.stop(running.port);
  else if (running !== undefined) {
    if (port !== defaultPort && port !== running.port) {
      tell(`The page is at port ${running.port} already. To move it: %ui stop, then %ui port=${port}`);
    }
    return running;
  }
  const page = await pages.start(running?.port ?? port, hosts, context.cell.signal);
  if (page.port !== port && running === undefined) tell(`Port ${port} is in use; using ${page.port} instead.`);
  return page;
}

/** Where JupyterHub shows what listens on a port of the user's machine, when it has jupyter-server-proxy. */
function proxyPath(port: number): string | undefined {
  const prefix = process.env.JUPYTERHUB_SERVICE_PREFIX;
  return prefix?.startsWith("/") ? `${prefix.replace(/\/$/, "")}/proxy/${port}/` : undefined;
}

/** A link, the page itself below it, and the way there from another machine. @param proxied - its path at JupyterHub's address */
function pageBundle({ uri, url, port }: BackgroundServer, proxied: string | undefined): MimeBundle {
  const address = proxied ?? `${url}/`;
  const remote =
    proxied === undefined
      ? `If Jupyter runs on another machine, the page is at <Jupyter's address>/proxy/${port}/, given jupyter-server-proxy and %ui hosts=<name of that machine>.`
      : "JupyterHub shows it by jupyter-server-proxy. If that refuses the name in the address: %ui hosts=<name>.";
  const link = `<a href="${escapeHtml(address)}" target="_blank" rel="noopener">${escapeHtml(address)}</a>`;
  const html = `<div>The page of ${escapeHtml(uri)}: ${link}</div>
<iframe src="${escapeHtml(address)}" title="Runs" style="width: 100%; height: 640px; border: 1px solid #8884; border-radius: 4px; margin-top: 6px"></iframe>
<div style="opacity: 0.7; font-size: 85%">${escapeHtml(remote)} To stop it: %ui stop</div>`;
  return {
    data: { "text/html": html, "text/plain": `The page of ${uri}: ${address}\n${remote}\nTo stop it: %ui stop` },
  };
}
