import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import type { MlflowDifference } from "../../../src/stores/rest/differences.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { TrackingStore } from "../../../src/tracking/store.js";
import type { Run } from "../../../src/tracking/types.js";

/** A store in a folder of its own, there while the tests of a `describe` run, and the client that checks the arguments. */
export class StorePlace {
  #there: { folder: string; client: TrackingClient } | undefined;

  readonly #differences: ReadonlySet<string>;

  /**
   * To be called in a `describe`.
   * @param open - opens the store that is tested, which may be in that folder or not
   * @param differences - what it does in its own way, see `mlflowDifferences`
   */
  constructor(open: (folder: string) => TrackingStore, differences: Partial<Record<MlflowDifference, string>> = {}) {
    this.#differences = new Set(Object.keys(differences));
    before(async () => {
      const folder = await mkdtemp(join(tmpdir(), "runlab-conformance-"));
      this.#there = { folder, client: new TrackingClient(open(join(folder, "runlab"))) };
    });
    after(async () => {
      await this.store.close();
      await rm(this.folder, { recursive: true });
    });
  }

  /** Whether the store has declared that it does this in its own way. */
  differs(difference: MlflowDifference): boolean {
    return this.#differences.has(difference);
  }

  /** A metric's value as the store gives it back. */
  kept(value: number): number {
    if (!this.differs("infinities")) return value;
    if (Math.abs(value) === Number.POSITIVE_INFINITY) return Math.sign(value) * Number.MAX_VALUE;
    return value === 0 ? 0 : value;
  }

  get folder(): string {
    return this.#get().folder;
  }

  get client(): TrackingClient {
    return this.#get().client;
  }

  get store(): TrackingStore {
    return this.client.store;
  }

  /** In experiment "0". */
  startRun(options?: Parameters<TrackingClient["createRun"]>[1]): Promise<Run> {
    return this.client.createRun("0", options);
  }

  #get(): { folder: string; client: TrackingClient } {
    if (this.#there === undefined) throw new Error("The tests have not begun.");
    return this.#there;
  }
}
