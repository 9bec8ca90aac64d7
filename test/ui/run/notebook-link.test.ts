import assert from "node:assert/strict";
import { test } from "node:test";
import { runSource } from "../../../src/ui/run/notebook-link.js";

const notebook = "/home/me/work/cars 1.ipynb";
const run = (path: string, cell?: string) => ({
  tags: { "mlflow.source.name": path, ...(cell === undefined ? {} : { "runlab.cell.id": cell }) },
});

test("behind jupyter-server-proxy the notebook opens in the same JupyterLab, at its cell", () => {
  const root = { root: "/home/me" };
  const page = "https://hub.example.org/user/me/proxy/5001/#/experiments/1";
  const lab = "https://hub.example.org/user/me/lab/tree/work/cars%201.ipynb";
  assert.equal(runSource(run(notebook, "0f1e-2d"), page, root)?.href, `${lab}#cell-id=0f1e-2d`);
  assert.equal(runSource(run(notebook), page, root)?.href, lab);
  assert.equal(runSource(run("work/cars 1.ipynb"), page, undefined)?.href, lab);
  assert.equal(runSource(run(notebook), page.replace("proxy/", "proxy/absolute/"), root)?.href, lab);
  assert.equal(runSource(run(notebook), page.replace("proxy/", "proxy/localhost:"), root)?.href, lab);
});

test("the Jupyter server that the page's server was started in is used where this browser can reach it", () => {
  const jupyter = { url: "http://localhost:8888/", root: "/home/me/" };
  const link = "http://localhost:8888/lab/tree/work/cars%201.ipynb";
  assert.equal(runSource(run(notebook), "http://127.0.0.1:5001/", jupyter)?.href, link);
  assert.equal(runSource(run(notebook), "http://lab.example.org:5001/", jupyter)?.href, undefined);
});

test("a path that no known Jupyter server has is shown without a link", () => {
  const page = "http://127.0.0.1:5001/";
  const jupyter = { url: "http://localhost:8888/", root: "/home/me" };
  for (const path of [
    "/home/other/cars.ipynb",
    "/home/me2/cars.ipynb",
    "/home/me/../other/cars.ipynb",
    "../cars.ipynb",
    "/home/me/train.py",
    "C:\\Users\\me\\cars.ipynb",
  ]) {
    assert.deepEqual(runSource(run(path), page, jupyter), { path, href: undefined });
  }
  assert.equal(runSource(run(notebook), page, undefined)?.href, undefined);
  assert.equal(runSource({ tags: {} }, page, jupyter), undefined);
  // Only web addresses become links, and only a cell's id goes behind one.
  assert.equal(runSource(run(notebook), page, { ...jupyter, url: "javascript:alert(1)//" })?.href, undefined);
  const vscode = "vscode-notebook-cell:/home/me/cars.ipynb#W0sZmlsZQ";
  assert.equal(
    runSource(run(notebook, vscode), page, jupyter)?.href,
    "http://localhost:8888/lab/tree/work/cars%201.ipynb",
  );
});
