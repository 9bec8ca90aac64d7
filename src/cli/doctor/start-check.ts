import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import type { Check } from "./check.js";
import { installedKernels } from "./kernelspec-check.js";

/** Starts the kernel as a front end does, runs a cell and says how long each took, in ms. */
const script = `
import json, sys, time
from jupyter_client.manager import start_new_kernel
started = time.perf_counter()
manager, client = start_new_kernel(kernel_name=sys.argv[1], startup_timeout=60)
ready = time.perf_counter()
try:
    answer = []
    def keep(message):
        content = message["content"]
        if message["msg_type"] == "execute_result":
            answer.append(content["data"].get("text/plain"))
        if message["msg_type"] == "error":
            answer.append(content["ename"] + ": " + content["evalue"])
    client.execute_interactive("const sum: number = 1 + 1; sum", timeout=60, output_hook=keep)
    print(json.dumps({"answer": answer, "ready": round(1000 * (ready - started)),
                      "cell": round(1000 * (time.perf_counter() - ready))}))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
`;

/** Longest time for the whole trial, ms. */
const timeout = 150_000;

export const startCheck: Check = {
  title: "A first cell",
  async look(context) {
    const { kernelName, python } = context;
    if (!python?.jupyter?.packages["jupyter-client"]) {
      return [{ status: "warning", what: "not tried: the Python above needs jupyter_client" }];
    }
    if (!installedKernels(context).some((folder) => basename(folder) === kernelName)) {
      return [{ status: "warning", what: `not tried: no kernel '${kernelName}' is installed` }];
    }
    try {
      const { stdout } = await promisify(execFile)(python.executable, ["-c", script, kernelName], { timeout });
      const { answer, ready, cell } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      if (answer.length === 1 && answer[0] === "2") {
        return [{ status: "ok", what: `the kernel started in ${ready} ms and ran a cell in ${cell} ms` }];
      }
      return [{ status: "problem", what: `1 + 1 returned ${answer.join(", ") || "nothing"}`, hint: "runlab install" }];
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      const lines = (stderr?.trim() || message).split("\n").slice(-8).join("\n");
      return [{ status: "problem", what: `the kernel did not run a cell:\n${lines}`, hint: "runlab install" }];
    }
  },
};
