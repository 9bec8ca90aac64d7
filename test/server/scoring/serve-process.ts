import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { logModel } from "../../../src/models/log-model.js";
import { mainPath } from "../../cli/run-cli.js";
import { withModels } from "../../models/model-session.js";

export interface ServedProcess {
  url: string;
  child: ChildProcess;
  /** Lines of its standard error so far. */
  said: string[];
  /** Resolves with the first line, old or new, that holds the text. */
  line(text: string): Promise<string>;
  /** A value of /metrics. */
  metric(name: string): Promise<number>;
}

/** Logs a model and serves it by `runlab models serve`, in a process that ends with `work`. */
export function withServed(
  model: unknown,
  options: readonly string[],
  work: (served: ServedProcess) => Promise<void>,
): Promise<void> {
  return withModels(async ({ session, folder }) => {
    const { modelUri } = await logModel(session, model);
    const child = spawn(
      process.execPath,
      [mainPath, "models", "serve", "-m", modelUri, "-p", "0", "--json", ...options],
      {
        env: { ...process.env, RUNLAB_TRACKING_URI: join(folder, "runlab") },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    try {
      const said: string[] = [];
      const lines = createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
      const [ready] = await once(createInterface({ input: child.stdout }), "line");
      child.stdout.resume();
      const { url } = JSON.parse(ready) as { url: string };
      const line = async (text: string) => {
        for (;;) {
          const found = said.find((one) => one.includes(text));
          if (found !== undefined) return found;
          await once(lines, "line");
        }
      };
      const metric = async (name: string) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
      };
      await work({ url, child, said, line, metric });
    } finally {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    }
  });
}

/** Asks for a prediction of one value. */
export function predict(url: string, value: unknown): Promise<Response> {
  return fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: value }),
  });
}
