import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { migrate, newestSchema, readSchema } from "../../../src/stores/sql/migrations.js";
import { openDatabase, upgradeDatabase } from "../../../src/stores/sql/open-sql.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";
import { startWriter } from "./sql-conformance.js";

/** What every database promises of its schema. @param newUri - the URI of a database that is empty, or not there yet */
export function upgradeConformance(name: string, newUri: () => string): void {
  test(`${name} of an older schema is used as it is, and upgraded while older writers go on; nothing is lost`, async () => {
    const uri = resolveUri(newUri());
    const database = await openDatabase(uri);
    await migrate(database, 1);
    const writers = await Promise.all(["a", "b", "c"].map((word) => startWriter(uri, `until told ${word}`)));
    const counts = writers.map(async (writer) => {
      writer.send("go");
      await once(writer, "message");
      return writer;
    });
    await Promise.all(counts);
    assert.equal((await readSchema(database)).version, 1);
    const { version, steps } = await upgradeDatabase(uri);
    assert.equal(version, newestSchema);
    assert.equal(steps.length, newestSchema - 1);
    const logged = await Promise.all(
      writers.map(async (writer) => {
        writer.send("stop");
        const [told] = (await once(writer, "message")) as [{ runId: string; count: number }];
        await once(writer, "exit");
        return told;
      }),
    );
    const client = new TrackingClient(openStore(uri));
    for (const { runId, count } of logged) {
      assert.equal((await client.getRun(runId)).info.status, "FINISHED");
      assert.equal((await client.getMetricHistory(runId, "loss")).length, count);
    }
    assert.deepEqual((await upgradeDatabase(uri)).steps, []);
    await client.store.close();
    await database.close();
  });

  test(`${name} that holds no runs of runlab is not made a store by an upgrade`, async () => {
    await assert.rejects(
      upgradeDatabase(resolveUri(newUri())),
      isError("RESOURCE_DOES_NOT_EXIST", /There are no runs of runlab in/),
    );
  });
}
