import { AsyncLocalStorage } from "node:async_hooks";
import { RunlabError } from "../../errors.js";
import { allPages } from "../../tracking/all-pages.js";
import type { TrackingStore } from "../../tracking/store.js";
import type { Experiment } from "../../tracking/types.js";
import { includes, type Level, registryScope, type User } from "./user.js";
import { grantedLevel, type UsersFile } from "./users-file.js";

/** Tag of an experiment: the user who made it, and is its admin. */
export const ownerTag = "runlab.owner";

/** Runs whose experiment is remembered: a run stays in its experiment. */
const rememberedRuns = 100_000;

/** What the user of the current request may do. */
export class Permissions {
  readonly #store: TrackingStore;
  readonly #users: UsersFile;
  readonly #current = new AsyncLocalStorage<{ user: User; bySession: boolean }>();
  readonly #experimentOf = new Map<string, string>();

  constructor(store: TrackingStore, users: UsersFile) {
    this.#store = store;
    this.#users = users;
  }

  /** What `work` asks of the store is asked by this user. @param bySession - who has signed in at the page, and can sign out */
  as<T>(user: User, bySession: boolean, work: () => T): T {
    return this.#current.run({ user, bySession }, work);
  }

  /** @throws {RunlabError} PERMISSION_DENIED where nobody has signed in */
  get user(): User {
    const current = this.#current.getStore();
    if (current !== undefined) return current.user;
    throw new RunlabError("PERMISSION_DENIED", "Nobody has signed in.");
  }

  get bySession(): boolean {
    return this.#current.getStore()?.bySession ?? false;
  }

  /** What the user may do with an experiment. */
  levelOf({ experimentId, tags }: Pick<Experiment, "experimentId" | "tags">): Level {
    const { user } = this;
    if (user.admin || tags[ownerTag] === user.name) return "admin";
    return grantedLevel(user, experimentId) ?? this.defaultLevel;
  }

  /** What the user may do with the registered models. */
  get registryLevel(): Level {
    const { user } = this;
    return user.admin ? "admin" : (grantedLevel(user, registryScope) ?? this.defaultLevel);
  }

  get defaultLevel(): Level {
    return this.#users.defaultLevel;
  }

  /** @throws {RunlabError} PERMISSION_DENIED */
  async check(experimentId: string, wanted: Level): Promise<void> {
    if (!(await this.may(experimentId, wanted))) throw denied(this.user, `experiment ${experimentId}`, wanted);
  }

  async may(experimentId: string, wanted: Level): Promise<boolean> {
    const { user } = this;
    if (user.admin) return true;
    if (includes(grantedLevel(user, experimentId) ?? this.defaultLevel, wanted)) return true;
    const experiment = await this.#store.getExperiment(experimentId).catch(() => undefined);
    return experiment?.tags[ownerTag] === user.name;
  }

  /** Those of the experiments that the user may read. @param experimentIds - undefined: all there are */
  async readable(experimentIds?: readonly string[]): Promise<string[]> {
    const asked = experimentIds ?? (await this.#allExperiments());
    const readable: string[] = [];
    for (const id of asked) if (await this.may(id, "read")) readable.push(id);
    return readable;
  }

  async #allExperiments(): Promise<string[]> {
    const all = await allPages((pageToken) => this.#store.searchExperiments({ viewType: "ALL", pageToken }));
    return all.map(({ experimentId }) => experimentId);
  }

  /** @throws {RunlabError} PERMISSION_DENIED; RESOURCE_DOES_NOT_EXIST */
  async checkRun(runId: string, wanted: Level): Promise<void> {
    // Also of an admin, who hears in this way that there is no such run.
    let experimentId = this.#experimentOf.get(runId);
    if (experimentId === undefined) {
      ({ experimentId } = (await this.#store.getRun(runId)).info);
      const [oldest] = this.#experimentOf.keys();
      if (this.#experimentOf.size >= rememberedRuns && oldest !== undefined) this.#experimentOf.delete(oldest);
      this.#experimentOf.set(runId, experimentId);
    }
    await this.check(experimentId, wanted);
  }

  /** @throws {RunlabError} PERMISSION_DENIED; RESOURCE_DOES_NOT_EXIST */
  async checkModel(modelId: string, wanted: Level): Promise<void> {
    await this.check((await this.#store.registry.getLoggedModel(modelId)).experimentId, wanted);
  }

  /** Of the registered models. @throws {RunlabError} PERMISSION_DENIED */
  checkRegistry(wanted: Level): void {
    if (!includes(this.registryLevel, wanted)) throw denied(this.user, "the registered models", wanted);
  }
}

function denied({ name }: User, what: string, wanted: Level): RunlabError {
  return new RunlabError("PERMISSION_DENIED", `The user '${name}' lacks the permission '${wanted}' for ${what}.`, {
    hint: "An admin can grant it: runlab users grant.",
  });
}
