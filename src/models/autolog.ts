import { ModelError } from "../errors.js";
import { own } from "../own.js";
import type { ActiveRun } from "../tracking/active-run.js";
import { toTexts } from "../tracking/named-texts.js";
import type { TrackingSession } from "../tracking/session.js";
import { logModel } from "./log-model.js";

export interface AutologOptions {
  /** Save the model when the fit is done; default true. */
  logModels?: boolean;
  /** The model's name in the run; default "model". */
  modelName?: string;
}

/** What is used of tfjs; the notebook hands in its own copy, whose classes its models have. */
interface Tf {
  LayersModel: { prototype: LayersModel };
  CustomCallback: new (config: CallbackConfig) => unknown;
}

interface LayersModel {
  fit(x: unknown, y: unknown, args?: FitArgs): Promise<unknown>;
  fitDataset(dataset: unknown, args?: FitArgs): Promise<unknown>;
  optimizer?: { getClassName?(): string; learningRate?: unknown };
  loss?: unknown;
  countParams?(): number;
}

interface FitArgs {
  epochs?: number;
  batchSize?: number;
  callbacks?: unknown;
  [key: string]: unknown;
}

interface CallbackConfig {
  onEpochEnd(epoch: number, logs?: Readonly<Record<string, number>>): Promise<void>;
}

/**
 * From now on every `fit` of a TensorFlow.js layers model logs: epochs, batch size, optimizer, learning rate and loss as params,
 * what each epoch reports as metrics, and the model at the end. On the active run; without one, each fit is a run.
 * @param tf - the imported package
 * @returns a function that ends it
 * @throws {ModelError} INVALID_PARAMETER_VALUE when `tf` is not TensorFlow.js
 */
export function autolog(session: TrackingSession, tf: unknown, options: AutologOptions = {}): () => void {
  const { LayersModel: layers, CustomCallback: Callback } = (tf ?? {}) as Partial<Tf>;
  const prototype = layers?.prototype;
  if (typeof prototype?.fit !== "function" || Callback === undefined) {
    throw new ModelError("INVALID_PARAMETER_VALUE", "autolog needs the TensorFlow.js module.", {
      hint: 'import * as tf from "@tensorflow/tfjs"; autolog(tf)',
    });
  }
  const { fit, fitDataset } = prototype;
  const logged = (model: LayersModel, args: FitArgs, train: (args: FitArgs) => Promise<unknown>) =>
    onRun(session, async (run) => {
      await logParamsOnce(session, run, paramsOf(model, args));
      const own: CallbackConfig = {
        onEpochEnd: async (epoch, logs = {}) => {
          const numbers = numbersOf(logs);
          if (Object.keys(numbers).length > 0) await run.logMetrics(numbers, { step: epoch });
        },
      };
      const history = await train({ ...args, callbacks: withCallback(args.callbacks, own, Callback) });
      if (options.logModels ?? true) await logModel(session, model, { name: options.modelName ?? "model" });
      return history;
    });
  // A Sequential hands its fit on to the model inside it, so that both kinds come here, once.
  prototype.fit = function (this: LayersModel, x, y, args = {}) {
    return logged(this, args, (all) => fit.call(this, x, y, all));
  };
  prototype.fitDataset = function (this: LayersModel, dataset, args = {}) {
    return logged(this, args, (all) => fitDataset.call(this, dataset, all));
  };
  return () => {
    prototype.fit = fit;
    prototype.fitDataset = fitDataset;
  };
}

function onRun<T>(session: TrackingSession, body: (run: ActiveRun) => Promise<T>): Promise<T> {
  const active = session.activeRun();
  return active === undefined ? session.startRun(body) : body(active);
}

/** A param is written once, and what logs by itself must not end the training: the params of a run's first fit stay. */
async function logParamsOnce(session: TrackingSession, run: ActiveRun, params: Record<string, unknown>): Promise<void> {
  const known = (await run.client.getRun(run.runId)).data.params;
  const all = Object.entries(toTexts("param", params));
  const other = all.filter(([key, text]) => (own(known, key) ?? text) !== text);
  if (other.length > 0) {
    const said = other.map(([key, text]) => `${key} ${text} (it has ${own(known, key)})`).join(", ");
    session.say(`runlab: autolog skipped params that run '${run.info.runName}' already has: ${said}`);
  }
  const fresh = all.filter((entry) => !other.includes(entry));
  if (fresh.length > 0) await run.logParams(Object.fromEntries(fresh));
}

/** tfjs's own defaults where nothing was given. */
function paramsOf(model: LayersModel, args: FitArgs): Record<string, unknown> {
  const { optimizer, loss } = model;
  const found: Record<string, unknown> = {
    epochs: args.epochs ?? 1,
    batch_size: args.batchSize ?? 32,
    optimizer: optimizer?.getClassName?.(),
    learning_rate: optimizer?.learningRate,
    loss: namesOf(loss),
    model_params: model.countParams?.(),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** A loss is a name or a function, or several of them in a list or by the name of an output. */
function namesOf(loss: unknown): unknown {
  if (typeof loss === "function") return loss.name;
  if (Array.isArray(loss)) return loss.map(namesOf);
  if (typeof loss !== "object" || loss === null) return loss;
  return Object.fromEntries(Object.entries(loss).map(([output, one]) => [output, namesOf(one)]));
}

function numbersOf(logs: Readonly<Record<string, unknown>>): Record<string, number> {
  const numbers = Object.entries(logs).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers);
}

/** tfjs takes instances of its callback class or configurations, but not both in one list. */
function withCallback(given: unknown, own: CallbackConfig, Callback: Tf["CustomCallback"]): unknown[] {
  const list: unknown[] = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
  const instances = list.some((callback) => typeof (callback as { setModel?: unknown }).setModel === "function");
  return [...list, instances ? new Callback(own) : own];
}
