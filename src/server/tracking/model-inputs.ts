import { own } from "../../own.js";
import type { TrackingClient } from "../../tracking/client.js";
import { InOrder } from "../../tracking/in-order.js";

/** Where the models that a run was given are kept: a JSON list of their ids. A run of runlab has no other place for them. */
const tag = "runlab.model_inputs";

/** The logged models that runs were given, as MLflow's `log-inputs` names them. */
export class ModelInputs {
  readonly #client: TrackingClient;
  /** Of two requests for one run the later one sees what the earlier one has added. */
  readonly #changes = new InOrder();

  constructor(client: TrackingClient) {
    this.#client = client;
  }

  /** Adds those that the run does not have yet. */
  async add(runId: string, modelIds: readonly string[]): Promise<void> {
    await this.#changes.run(runId, async () => {
      const { tags } = (await this.#client.getRun(runId)).data;
      const all = [...new Set([...modelInputsOf(tags), ...modelIds])];
      await this.#client.setTag(runId, tag, JSON.stringify(all));
    });
  }
}

/** The ids of the models that a run was given, by its tags. */
export function modelInputsOf(tags: Readonly<Record<string, string>>): string[] {
  const text = own(tags, tag);
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((id) => typeof id === "string") : [];
  } catch {
    // A tag that somebody has set by hand.
    return [];
  }
}

/** Tags without the one that names a run's models, which have a place of their own in MLflow's JSON. */
export function withoutModelInputs(tags: Readonly<Record<string, string>>): Record<string, string> {
  if (own(tags, tag) === undefined) return tags;
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== tag));
}
