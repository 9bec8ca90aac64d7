import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { errorCode, KernelError } from "../../errors.js";

/** What a Python says about itself and the Jupyter that it has. */
export interface PythonInfo {
  executable: string;
  version: string;
  /** `sys.prefix`: the virtual environment's folder, or the installation's. */
  prefix: string;
  /** Its folders of packages; `isolated` when it is a virtual environment. */
  site?: { environment: string; user: string; isolated: boolean };
  jupyter?: {
    coreVersion: string;
    /** The person's own data folder. */
    userData: string;
    /** Every data folder that this Jupyter reads, first wins. */
    dataPath: string[];
    /** Front ends and clients found, by package name. */
    packages: Record<string, string>;
  };
}

const probe = `
import json, site, sys, sysconfig
info = {"executable": sys.executable, "version": ".".join(map(str, sys.version_info[:3])), "prefix": sys.prefix}
info["site"] = {"environment": sysconfig.get_path("purelib"), "user": site.getusersitepackages(),
                "isolated": sys.prefix != sys.base_prefix}
try:
    from importlib import metadata
    from jupyter_core import paths
    packages = {}
    for name in ("jupyterlab", "notebook", "jupyter-client", "nbclient", "jupyter-console", "papermill"):
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    info["jupyter"] = {"coreVersion": metadata.version("jupyter_core"), "userData": paths.jupyter_data_dir(),
                       "dataPath": paths.jupyter_path(), "packages": packages}
except ImportError:
    pass
print(json.dumps(info))
`;

/** Longest time for a Python to answer, ms: a cold disk, not a hang. */
const timeout = 30_000;

/**
 * Asks a Python where its Jupyter looks for kernels.
 * @param command - a path or a name on PATH
 * @throws {KernelError} RESOURCE_DOES_NOT_EXIST when it cannot be started
 */
export async function askPython(command: string): Promise<PythonInfo> {
  try {
    const { stdout } = await promisify(execFile)(command, ["-c", probe], { timeout });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as PythonInfo;
  } catch (cause) {
    const code = errorCode(cause);
    const missing = code === "ENOENT";
    throw new KernelError(
      "RESOURCE_DOES_NOT_EXIST",
      missing ? `There is no program '${command}'.` : `'${command}' does not behave like Python 3: ${firstLine(cause)}`,
      { hint: "Choose the Python that has Jupyter: --python /path/to/python3", cause },
    );
  }
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(error)).split("\n").at(-1) ?? "";
}
