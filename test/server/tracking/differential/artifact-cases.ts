import { get, post, type RequestCase, remove, request } from "./request-case.js";

const proxy = "/api/2.0/mlflow-artifacts/artifacts";
const folder = `${proxy}/<cars>/<run>/artifacts`;
const put = (title: string, path: string, body: string) => request("PUT", title, path, body, { type: "text/plain" });

export const artifactCases: readonly RequestCase[] = [
  put("a file", `${folder}/note.txt`, "seen"),
  put("a file in a folder", `${folder}/plots/a%20b.txt`, "ab"),
  put("a file of a logged model", `${proxy}/<cars>/models/<model>/artifacts/MLmodel`, "flavors: {}"),
  put("a path out", `${folder}/%2e%2e/x.txt`, "out"),
  put("a path out, encoded twice", `${folder}/%252e%252e/x.txt`, "out"),
  get("files", "artifacts/list", { run_id: "<run>", path: "plots" }),
  get("files of an unknown run", "artifacts/list", { run_id: "0".repeat(32) }),
  get("files by a path out", "artifacts/list", { run_id: "<run>", path: "../.." }),
  get("no run", "artifacts/list"),
  get("files through the proxy", proxy, { path: "<cars>/<run>/artifacts/plots" }),
  get("a file's own path", proxy, { path: "<cars>/<run>/artifacts/note.txt" }),
  get("a path out", proxy, { path: "<cars>/../.." }),
  get("files of a logged model", proxy, { path: "<cars>/models/<model>/artifacts" }),
  get("files of a logged model", "logged-models/<model>/artifacts/directories"),
  get("a missing file", `${folder}/nothing.txt`),
  get("a path out", `${folder}/%2e%2e/%2e%2e/x`),
  remove("a file", `${folder}/note.txt`),
  get("a removed file", `${folder}/note.txt`),
  request("PATCH", "with PATCH", `${folder}/note.txt`, {}),
  get("an unknown route", "nothing/here"),
  post("an unknown route", "runs/nothing", {}),
  get("the old prefix", "/api/2.0/preview/mlflow/experiments/get", { experiment_id: "0" }),
  get("the web page's prefix", "/ajax-api/2.0/mlflow/experiments/get", { experiment_id: "0" }),
];
