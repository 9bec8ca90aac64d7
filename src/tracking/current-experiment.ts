import { isNotFound, TrackingError } from "../errors.js";
import type { TrackingClient } from "./client.js";
import type { Experiment } from "./types.js";

/** The experiment that new runs go to: what was chosen, else MLFLOW_EXPERIMENT_NAME or MLFLOW_EXPERIMENT_ID, else "0". */
export class CurrentExperiment {
  readonly #restoreHint: (experiment: Experiment) => string;
  #id: Promise<string> | undefined;
  #chosen: Experiment | undefined;

  /** @param restoreHint - how a deleted experiment is brought back */
  constructor(restoreHint: (experiment: Experiment) => string) {
    this.#restoreHint = restoreHint;
  }

  /** Its id in the store of `client`; decided when it is asked for first. */
  id(client: TrackingClient): Promise<string> {
    if (this.#id !== undefined) return this.#id;
    const id = this.#default(client);
    this.#id = id;
    // A store that could not be read for a moment is asked again.
    id.catch(() => {
      if (this.#id === id) this.#id = undefined;
    });
    return id;
  }

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE when it is deleted */
  choose(experiment: Experiment): void {
    if (experiment.lifecycleStage === "deleted") {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `Cannot set a deleted experiment '${experiment.name}' as the active experiment.`,
        { hint: this.#restoreHint(experiment) },
      );
    }
    this.#id = Promise.resolve(experiment.experimentId);
    this.#chosen = experiment;
  }

  /** Its id, for a run that is about to be made: when the store was removed meanwhile, the chosen one is made anew by its name. */
  async forNewRun(client: TrackingClient): Promise<string> {
    const chosen = this.#chosen;
    const id = await this.id(client);
    if (chosen === undefined || chosen.experimentId !== id) return id;
    const found = await client.getExperiment(id).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    // Another store gives the same ids to other experiments.
    if (found?.creationTime === chosen.creationTime) return id;
    this.choose(await this.named(client, chosen.name));
    return this.id(client);
  }

  /** Why a store has refused a new run: a clearer error than its own when the experiment is deleted. */
  async refusal(client: TrackingClient, experimentId: string, error: unknown): Promise<unknown> {
    const experiment = await client.getExperiment(experimentId).catch(() => undefined);
    if (experiment?.lifecycleStage !== "deleted") return error;
    return new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Experiment '${experiment.name}' (id ${experimentId}) is deleted, so no run can start in it.`,
      { hint: this.#restoreHint(experiment) },
    );
  }

  /** Another store is in use: what was chosen is not in it. */
  forget(): void {
    this.#id = undefined;
    this.#chosen = undefined;
  }

  /** The experiment of that name, made when there is none; several processes may do so at once. */
  async named(client: TrackingClient, name: string): Promise<Experiment> {
    const found = await client.getExperimentByName(name);
    if (found !== undefined) return found;
    try {
      return await client.getExperiment(await client.createExperiment(name));
    } catch (error) {
      const made = isAlreadyThere(error) ? await client.getExperimentByName(name) : undefined;
      if (made === undefined) throw error;
      return made;
    }
  }

  async #default(client: TrackingClient): Promise<string> {
    const name = process.env.MLFLOW_EXPERIMENT_NAME;
    if (name) return (await this.named(client, name)).experimentId;
    return process.env.MLFLOW_EXPERIMENT_ID || "0";
  }
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof TrackingError && error.code === "RESOURCE_ALREADY_EXISTS";
}
