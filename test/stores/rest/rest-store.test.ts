import { test } from "node:test";
import { openStore } from "../../../src/stores/open.js";
import { mlflowDifferences } from "../../../src/stores/rest/differences.js";
import { storeConformance } from "../conformance.js";
import { registryConformance } from "../registry-conformance.js";
import { noMlflow, serverForTests } from "./mlflow-server.js";

const server = serverForTests();

if (noMlflow) test("MLflow's server as a store", { skip: noMlflow }, () => undefined);
else {
  storeConformance("MLflow's server", () => openStore(server().address), mlflowDifferences);
  registryConformance("MLflow's server", () => openStore(server().address), mlflowDifferences);
}
