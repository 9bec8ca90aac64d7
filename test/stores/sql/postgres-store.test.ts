import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";
import { PostgresCluster, password, postgresql, skipWithoutPostgresql } from "./postgres-cluster.js";
import { searchProperty } from "./search-property.js";
import { sqlConformance } from "./sql-conformance.js";
import { upgradeConformance } from "./upgrade-conformance.js";

test("the URI of a PostgreSQL database is SQLAlchemy's; a password in it is refused and not repeated", () => {
  assert.equal(resolveUri("postgresql+psycopg2://ann@db.example/runs"), "postgresql://ann@db.example/runs");
  assert.equal(
    resolveUri("postgres://db.example:6543/runs?sslmode=require"),
    "postgresql://db.example:6543/runs?sslmode=require",
  );
  for (const uri of ["postgresql://ann:secret@db.example/runs", "postgresql://db.example/runs?password=secret"]) {
    assert.throws(
      () => resolveUri(uri),
      (error: Error & { hint: string }) => {
        assert.doesNotMatch(`${error.message} ${error.hint}`, /secret/);
        assert.match(error.hint, /PGPASSWORD/);
        return isError("INVALID_PARAMETER_VALUE", /contains a password/)(error);
      },
    );
  }
  for (const wrong of ["postgresql:", "postgresql://db.example", "postgresql://db.example/a/b"]) {
    assert.throws(() => resolveUri(wrong), isError("INVALID_PARAMETER_VALUE", /does not name a database/));
  }
});

if (postgresql === undefined) test("a PostgreSQL database as a store", { skip: skipWithoutPostgresql });
else {
  process.env.PGPASSWORD = password;
  const cluster = await PostgresCluster.start(postgresql);
  const folder = await mkdtemp(join(tmpdir(), "runlab-postgres-artifacts-"));
  process.env.RUNLAB_ARTIFACTS = folder;
  const ready = await Promise.all(Array.from({ length: 26 }, () => cluster.newUri()));
  const newUri = () => {
    const uri = ready.pop();
    assert.ok(uri, "more databases are used than were made");
    return uri;
  };
  const open = (uri: string) => new TrackingClient(openStore(resolveUri(uri)));
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  sqlConformance("a PostgreSQL database", newUri);
  upgradeConformance("a PostgreSQL database", newUri);

  test("a search in PostgreSQL finds what the same search among the runs in memory finds, in the same order and pages", async () => {
    const store = openStore(newUri());
    await searchProperty(store);
    await store.close();
  });

  describe("what a server refuses", () => {
    test("is an error that names the database and what to do", async () => {
      const created = (uri: string) => {
        const client = open(uri);
        return client.createExperiment("a").finally(() => client.store.close());
      };
      await assert.rejects(
        created(cluster.uri("absent")),
        isError("RESOURCE_DOES_NOT_EXIST", /\/absent does not exist/),
      );
      await assert.rejects(
        created(cluster.uri("absent").replace("runlab@", "nobody@")),
        isError("PERMISSION_DENIED", /does not let this user in/),
      );
      const nobodyListens = cluster.uri("absent").replace(`:${cluster.port}`, ":1");
      await assert.rejects(created(nobodyListens), isError("TEMPORARILY_UNAVAILABLE", /cannot be reached/));
    });

    test("MLflow's own database, or anybody else's, is refused and left as it is", async () => {
      const uri = newUri();
      const name = new URL(uri).pathname.slice(1);
      await cluster.query(name, "create table experiments (id int); create table alembic_version (version_num text)");
      const client = open(uri);
      await assert.rejects(client.createExperiment("a"), isError("INVALID_PARAMETER_VALUE", /has MLflow's own schema/));
      await client.store.close();
      const tables = await cluster.query(name, "select tablename from pg_tables where schemaname = 'public'");
      assert.equal(tables.length, 2);
    });
  });

  test("a connection that the server has cut fails one call at most, and the store goes on", async () => {
    const client = open(newUri());
    const id = await client.createExperiment("a");
    const cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'runlab'";
    await cluster.query("postgres", cut);
    await client.getExperiment(id).catch(isError("TEMPORARILY_UNAVAILABLE"));
    assert.equal((await client.getExperiment(id)).name, "a");
    await client.store.close();
  });
}
