import { fileURLToPath } from "node:url";
import type { EngineName } from "../cli/kernelspec/engine-name.js";
import type { CompileModule } from "../kernel/engine/compile-module.js";
import type { Evaluator } from "../kernel/engine/engine.js";
import { HubEvaluator } from "../kernel/engine/hub/evaluator.js";
import { TslabEvaluator } from "../kernel/engine/tslab/tslab-evaluator.js";
import { errorContent } from "../kernel/executor/error-content.js";
import type { ExecutorParts } from "../kernel/executor/executor.js";
import type { KernelHandle } from "../kernel/kernel-handle.js";
import { valueBundle } from "../kernel/values/value-bundle.js";
import { magicCellExtension, notebookHost } from "../magics/cell-extension.js";
import { magics } from "../magics/registry.js";
import type { ModelServers, PageServers } from "../magics/runtime/services.js";
import { RunColours } from "../render/palette.js";
import { trackedValue } from "../reports/tracked-value.js";
import { BackgroundServers } from "../server/background/background-servers.js";
import { sharedSession } from "../stores/shared-session.js";
import type { TrackingSession } from "../tracking/session.js";

type EvaluatorWithStacks = Evaluator & { stacks: { sourceOf(file: string): string | undefined } };

/** The only place that knows every room: what runs on a kernel's main thread. */
export function composeKernel(kernel: KernelHandle, engine: EngineName): ExecutorParts {
  const compile: CompileModule = (specifier, from) => kernel.compileModule(specifier, from);
  const evaluator: EvaluatorWithStacks = engine === "tslab" ? new TslabEvaluator(compile) : new HubEvaluator(compile);
  const session = sharedSession();
  session.configure({
    ...notebookHost(kernel.output, () => kernel.cell()),
    cellNames: () => evaluator.names(),
  });
  return {
    evaluator,
    extension: magicCellExtension({
      magics,
      session,
      output: kernel.output,
      cell: () => kernel.cell(),
      services: {
        names: () => evaluator.names(),
        inspect: (name) => kernel.inspect(name),
        history: () => kernel.history.texts,
        reset: () => kernel.reset(),
        confirm: (question) => kernel.confirm(question),
        replaceCell: (text) => kernel.replaceCell(text),
        ...backgroundServers(session),
        colours: new RunColours(),
      },
    }),
    renderValue: (value) => valueBundle(value, [trackedValue]),
    renderError: (error) => errorContent(error, (file) => evaluator.stacks.sourceOf(file)),
  };
}

/** Each server is a `runlab` command on the store that the session has at that time. */
function backgroundServers(session: TrackingSession): { servers: ModelServers; pages: PageServers } {
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const models = new BackgroundServers([process.execPath, main]);
  const pages = new BackgroundServers([process.execPath, main]);
  return {
    servers: {
      start: (uri, port, signal) => {
        const command = ["models", "serve", "--model-uri", uri];
        return models.start({ uri, command, port, trackingUri: session.getTrackingUri() }, signal);
      },
      list: () => models.list(),
      stop: (port) => models.stop(port),
      log: (port) => models.log(port),
    },
    pages: {
      start: (port, hosts, signal) => {
        const uri = session.getTrackingUri();
        const names = hosts.length === 0 ? [] : ["--allowed-hosts", hosts.join(",")];
        return pages.start({ uri, command: ["ui", "--first-port", `${port}`, ...names], trackingUri: uri }, signal);
      },
      list: () => pages.list(),
      stop: (port) => pages.stop(port),
      log: (port) => pages.log(port),
    },
  };
}
