import type { Check } from "./check.js";

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
