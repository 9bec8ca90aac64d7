import { type InputCase, inputCases } from "./input-cases.js";

/** docs/serving.md's table, in Markdown: the requests that the tests send, and what MLflow 3.17 answers to the like. */
export function inputTable(cases: readonly InputCase[] = inputCases): string {
  const rows = cases.map(({ name, expect, mlflow }) => `| ${name} | ${outcome(expect)} | ${mlflow} |`);
  return ["| request | answer | MLflow 3.17 |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function outcome(expect: InputCase["expect"]): string {
  return "status" in expect ? String(expect.status) : "200";
}
