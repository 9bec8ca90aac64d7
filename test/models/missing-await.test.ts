import assert from "node:assert/strict";
import { test } from "node:test";
import { RunlabError } from "../../src/errors.js";
import { getModelInfo, loadModel } from "../../src/models/load-model.js";
import { type LogModelOptions, logModel } from "../../src/models/log-model.js";
import { registerModel } from "../../src/models/register-model.js";
import { enforce } from "../../src/models/signature/enforce.js";
import { inferSignature, toSignature } from "../../src/models/signature/infer-signature.js";
import { diffSignatures } from "../../src/models/signature/signature-diff.js";
import { evaluateModel } from "../../src/reports/evaluate-model.js";
import { newSession } from "../tracking/new-session.js";

const session = newSession();
const late = Promise.resolve([1]) as never;
const model = (data: unknown) => data;
const logged = (options: LogModelOptions) => logModel(session, model, options);
const evaluated = (data: unknown, targets: readonly number[] = [1], predict: object = { predict: model }) =>
  evaluateModel(session, predict as { predict: typeof model }, data, { targets, type: "regression" });

/** Every call of models and signatures, with a promise in each place that takes a value. */
const calls: Record<string, () => unknown> = {
  "logModel's model": () => logModel(session, late),
  "logModel's options": () => logModel(session, model, late),
  "logModel's name": () => logged({ name: late }),
  "logModel's signature": () => logged({ signature: late }),
  "logModel's example": () => logged({ inputExample: late }),
  "a cell of logModel's example": () => logged({ inputExample: [{ a: late }] }),
  "logModel's metadata": () => logged({ inputExample: [1], metadata: late }),
  "a value of logModel's metadata": () => logged({ inputExample: [1], metadata: { a: [late] } }),
  "a tag of logModel's": () => logged({ inputExample: [1], tags: { a: late } }),
  "loadModel's URI": () => loadModel(session, late),
  "getModelInfo's URI": () => getModelInfo(session, late),
  "registerModel's URI": () => registerModel(session, late, "cars"),
  "inferSignature's input": () => inferSignature(late),
  "inferSignature's output": () => inferSignature([1], late),
  "a cell of inferSignature's input": () => inferSignature([{ a: 1 }, { a: late }]),
  "a signature's data": () => toSignature(late),
  "enforce's signature": () => enforce(late, [1]),
  "enforce's data": () => enforce(inferSignature([{ a: 1 }]), late),
  "diffSignatures's signatures": () => diffSignatures(inferSignature([1]), late),
  "evaluateModel's model": () => evaluated([1], [1], late),
  "evaluateModel's data": () => evaluated(late),
  "evaluateModel's targets": () => evaluated([1], late),
};

for (const [place, call] of Object.entries(calls)) {
  test(`a promise as ${place} is told as a missing await`, async () => {
    await assert.rejects(
      async () => call(),
      (error) => {
        assert.ok(error instanceof RunlabError, String(error));
        assert.match(`${error.message} ${error.hint}`, /await/);
        return true;
      },
    );
  });
}
