import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { own } from "../../own.js";
import { flawText, type TypeOf } from "../../schema.js";
import { fastStartState } from "../fast-start.js";
import { kernelsFolder } from "../jupyter/kernel-folder.js";
import { isOurs, kernelMain, kernelSpecSchema, readKernelSpec } from "../kernelspec/kernelspec.js";
import { packageInfo } from "../package-info.js";
import type { Check, CheckContext, Finding } from "./check.js";

export const kernelspecCheck: Check = {
  title: "Kernel",
  async look(context) {
    const folders = installedKernels(context);
    if (folders.length > 0) return folders.flatMap(examine);
    const hint = context.python ? `runlab install --python ${context.python.executable}` : "runlab install";
    return [{ status: "problem", what: "the kernel is not installed in this Jupyter", hint }];
  },
};

/** Folders of runlab's kernelspecs, in the order in which Jupyter looks. */
function installedKernels({ python }: CheckContext): string[] {
  const data = (python?.jupyter?.dataPath ?? []).map((path) => join(path, "kernels"));
  const folders = new Set([...data, kernelsFolder({ kind: "user" }, python)]);
  return [...folders].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter(isOurs);
  });
}

function examine(folder: string): Finding[] {
  const found = readKernelSpec(folder);
  const flaw = kernelSpecSchema.find(found);
  if (flaw !== undefined) {
    const what = `${join(folder, "kernel.json")} is damaged: ${flawText(flaw)}`;
    return [{ status: "problem", what, hint: "To write it again: runlab install" }];
  }
  const spec = found as TypeOf<typeof kernelSpecSchema>;
  const what = `'${spec.display_name}' in ${folder}`;
  const missing = spec.argv.filter((word) => isAbsolute(word) && !existsSync(word));
  if (missing.length > 0) {
    return [
      {
        status: "problem",
        what: `${what} starts ${missing.join(" and ")}, which no longer exists`,
        hint: "runlab install",
      },
    ];
  }
  const { version } = spec.metadata.runlab;
  const current = packageInfo().version;
  if (version !== current || !spec.argv.includes(kernelMain())) {
    const hint = "To make it start this runlab: runlab install";
    return [{ status: "warning", what: `${what} starts another runlab (${version}; this one is ${current})`, hint }];
  }
  return [{ status: "ok", what }];
}

export const fastStartCheck: Check = {
  title: "Fast start",
  async look() {
    return [found(), ...ignored()];
  },
};

function found(): Finding {
  const state = fastStartState();
  if ("path" in state) return { status: "ok", what: state.path };
  const what = `kernels start, but more slowly: ${state.problem}`;
  if (!state.unsafe) return { status: "warning", what, hint: "runlab install" };
  const hint =
    "Using it could run somebody else's code with your permissions, so it is ignored. Remove it, then run: runlab install";
  return { status: "warning", what, hint };
}

/** Settings that would put a cache into whatever folder a notebook lies in. */
function ignored(): Finding[] {
  return ["XDG_CACHE_HOME", "HOME"].flatMap((name): Finding[] => {
    const value = own(process.env, name);
    if (value === undefined || isAbsolute(value) || (value === "" && name !== "HOME")) return [];
    const what = `${name} is '${value}', which is not an absolute path, so it is ignored`;
    return [{ status: "warning", what, hint: `Set ${name} to an absolute path, or unset it.` }];
  });
}

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
