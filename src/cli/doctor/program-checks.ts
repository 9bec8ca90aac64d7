import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Check } from "./check.js";

/** The floor that package.json's `engines` states. */
const floor = { major: 20, minor: 19 };

export const nodeCheck: Check = {
  title: "Node",
  async look() {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const enough = major > floor.major || (major === floor.major && minor >= floor.minor);
    const what = `Node ${process.versions.node} at ${process.execPath}`;
    if (enough) return [{ status: "ok", what }];
    return [
      { status: "problem", what: `${what} is too old`, hint: `Install Node ${floor.major}.${floor.minor} or later.` },
    ];
  },
};

export const gitCheck: Check = {
  title: "git",
  async look() {
    try {
      const { stdout } = await promisify(execFile)("git", ["--version"], { timeout: 10_000 });
      return [{ status: "ok", what: stdout.trim() }];
    } catch {
      return [
        {
          status: "warning",
          what: "git was not found, so runs will not record their commit",
          hint: "Install git, and make sure that it is on the PATH where Jupyter starts.",
        },
      ];
    }
  },
};

export const jupyterCheck: Check = {
  title: "Jupyter",
  async look({ python, pythonProblem }) {
    if (!python) {
      const hint = "Install Python 3.10 or later with JupyterLab, or choose a Python that has it: --python <command>";
      return [{ status: "problem", what: pythonProblem ?? "No Python.", hint }];
    }
    const found = `Python ${python.version} at ${python.executable}`;
    if (!python.jupyter) {
      const hint = `${python.executable} -m pip install jupyterlab   (or choose another Python: --python <command>)`;
      return [
        { status: "ok", what: found },
        { status: "problem", what: "it has no Jupyter", hint },
      ];
    }
    const packages = Object.entries(python.jupyter.packages).map(([name, version]) => `${name} ${version}`);
    return [
      { status: "ok", what: found },
      { status: "ok", what: packages.join(", ") || `jupyter_core ${python.jupyter.coreVersion}` },
    ];
  },
};
