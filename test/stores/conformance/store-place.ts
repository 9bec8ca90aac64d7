import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { TrackingStore } from "../../../src/tracking/store.js";
import type { Run } from "../../../src/tracking/types.js";

/** A store in a folder of its own, there while the tests of a `describe` run, and the client that checks the arguments. */
export class StorePlace {
  #there: { folder: string; client: TrackingClient } | undefined;

  /** To be called in a `describe`. @param open - opens the store that is tested, which may be in that folder or not */
  constructor(open: (folder: string) => TrackingStore) {
    before(async () => {
      const folder = await mkdtemp(join(tmpdir(), "runlab-conformance-"));
      this.#there = { folder, client: new TrackingClient(open(join(folder, "runlab"))) };
    });
    after(async () => {
      await this.store.close();
      await rm(this.folder, { recursive: true });
    });
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
