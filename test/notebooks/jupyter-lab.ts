import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";

const { RUNLAB_PYTHON: python, RUNLAB_CHROMIUM: browserPath } = process.env;

/** Why tests in JupyterLab are left out, if they are. */
export const skip =
  (!python && "needs Python with JupyterLab: npm test makes one when Python 3.10 is there") ||
  (!browserPath && "needs chromium: apt-get install chromium, or RUNLAB_CHROMIUM=/path/to/it npm test");

/** Longest wait for the page to show something, ms: a cold JupyterLab on a busy machine. */
export const patience = 120_000;

export interface JupyterLab {
  /** With its token: the address of the notebook file `name`. */
  addressOf(name: string): string;
  close(): Promise<void>;
}

export interface JupyterLabOptions {
  python: string;
  /** Folder of the notebooks; settings and run-time files go below it too, so that nothing of the person's is used. */
  folder: string;
  env: Record<string, string>;
}

/** Starts JupyterLab on a free port of the loopback and waits until it says its address. */
export async function startJupyterLab({ python, folder, env }: JupyterLabOptions): Promise<JupyterLab> {
  const own = join(folder, ".jupyter");
  await mkdir(own);
  const args = [
    "-m",
    "jupyterlab",
    "--no-browser",
    "--ip=127.0.0.1",
    "--port=0",
    // Asked for explicitly by Jupyter when it runs as root, as it does in a container.
    "--allow-root",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
  ];
  const child = spawn(python, args, {
    cwd: folder,
    env: {
      ...process.env,
      ...env,
      JUPYTER_CONFIG_DIR: join(own, "config"),
      JUPYTER_DATA_DIR: join(own, "data"),
      JUPYTER_RUNTIME_DIR: join(own, "runtime"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { origin, token } = await addressSaid(child);
  return {
    addressOf: (name) => `${origin}/lab/tree/${encodeURIComponent(name)}?token=${token}`,
    close: () => stop(child),
  };
}

function addressSaid(child: ChildProcess): Promise<{ origin: string; token: string }> {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (data: Buffer) => {
      said += data;
      const found = /(http:\/\/127\.0\.0\.1:\d+)\/lab\?token=(\w+)/.exec(said);
      if (found?.[1] && found[2]) resolve({ origin: found[1], token: found[2] });
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`JupyterLab ended with ${code} before it said its address:\n${said}`)));
  });
}

/** Jupyter takes SIGTERM for an orderly end, kernels included. */
function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

/** What is used of JupyterLab's application, which `expose_app_in_browser` puts on the page. */
interface LabPage {
  jupyterapp: {
    commands: { execute(id: string, args: Record<string, string>): Promise<void> };
    shell: { currentWidget?: { sessionContext?: { session?: { kernel?: { status: string } } } } };
  };
}

/** The toolbar says idle before there is a kernel; the session knows. */
export async function kernelIdle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { shell } = (globalThis as unknown as LabPage).jupyterapp;
    return shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle";
  });
}

/** Starts one of JupyterLab's own commands. What it does is awaited on the page, where waiting has an end. */
export async function command(page: Page, name: string, args: Record<string, string> = {}): Promise<void> {
  await page.evaluate(
    ([id, options]) => {
      void (globalThis as unknown as LabPage).jupyterapp.commands.execute(id, options);
    },
    [name, args] as const,
  );
}

/** A notebook of code cells that have not run yet. */
export function notebookOf(sources: readonly string[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "runlab", display_name: "TypeScript (runlab)", language: "typescript" } },
    cells: sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  };
}
