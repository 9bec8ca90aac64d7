import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TrackingError } from "../../../src/errors.js";
import type { ArtifactStore } from "../../../src/tracking/artifact-store.js";
import { isError } from "../../is-error.js";

/** @param checkOpen - throws when the run takes no files */
export type OpenArtifacts = (folder: string, checkOpen: () => void) => ArtifactStore;

/** What every artifact store promises. */
export function artifactConformance(name: string, open: OpenArtifacts): void {
  describe(`${name} as an artifact store`, () => {
    let folder: string;
    let artifacts: ArtifactStore;
    let refusal: Error | undefined;
    const text = async (path: string) => Buffer.from(await artifacts.read(path)).toString();
    const bytes = (content: string) => Buffer.from(content);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "runlab-artifacts-"));
      artifacts = open(join(folder, "store"), () => {
        if (refusal !== undefined) throw refusal;
      });
    });
    after(() => rm(folder, { recursive: true }));

    test("files are put, replaced, read and listed one level at a time, sorted by path", async () => {
      assert.deepEqual(await artifacts.list(), []);
      await artifacts.put("b.txt", bytes("1"));
      await artifacts.put("deep/er/é'\".json", bytes("{}"));
      await artifacts.put("deep/a.txt", bytes("22"));
      await artifacts.put("b.txt", bytes("häßlich"));
      assert.deepEqual(await artifacts.list(), [
        { path: "b.txt", isDir: false, fileSize: 9 },
        { path: "deep", isDir: true },
      ]);
      assert.deepEqual(await artifacts.list("deep"), [
        { path: "deep/a.txt", isDir: false, fileSize: 2 },
        { path: "deep/er", isDir: true },
      ]);
      assert.deepEqual([await artifacts.list("b.txt"), await artifacts.list("none")], [[], []]);
      assert.equal(await text("b.txt"), "häßlich");
      assert.equal(await text("deep/er/é'\".json"), "{}");
    });

    test("a file of this machine is copied in, and what is there is copied out", async () => {
      const local = join(folder, "local.bin");
      const content = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256));
      await writeFile(local, content);
      await artifacts.put("in/copy.bin", { file: local });
      await artifacts.put("in/more/x.txt", bytes("x"));
      assert.deepEqual(Buffer.from(await artifacts.read("in/copy.bin")), content);
      const out = join(folder, "out");
      assert.equal(await artifacts.download("in", out), join(out, "in"));
      assert.deepEqual(await readFile(join(out, "in", "copy.bin")), content);
      assert.equal(await readFile(join(out, "in", "more", "x.txt"), "utf8"), "x");
      assert.equal(
        await artifacts.download("in/more/x.txt", join(folder, "one")),
        join(folder, "one", "in/more/x.txt"),
      );
      const place = await artifacts.locate?.("in/copy.bin");
      if (place !== undefined) assert.deepEqual(await readFile(place), content);
    });

    test("bytes are copied both ways", async () => {
      const given = bytes("abc");
      await artifacts.put("own.txt", given);
      given[0] = 0;
      const read = await artifacts.read("own.txt");
      read[0] = 0;
      assert.equal(await text("own.txt"), "abc");
    });

    test("what is not there, or is a folder, is RESOURCE_DOES_NOT_EXIST", async () => {
      await artifacts.put("folder/x.txt", bytes("x"));
      for (const path of ["none.txt", "folder", "folder/none"]) {
        await assert.rejects(artifacts.read(path), isError("RESOURCE_DOES_NOT_EXIST"), path);
      }
      await assert.rejects(artifacts.download("none", join(folder, "no")), isError("RESOURCE_DOES_NOT_EXIST", /none/));
    });

    test("a file is removed, and a folder with all that is in it, where the store removes artifacts", async () => {
      if (artifacts.remove === undefined) return;
      await artifacts.put("gone/a.txt", bytes("1"));
      await artifacts.put("gone/deep/b.txt", bytes("2"));
      await artifacts.put("gone.txt", bytes("3"));
      await artifacts.remove("gone.txt");
      await artifacts.remove("gone");
      assert.deepEqual(await artifacts.list("gone"), []);
      for (const path of ["gone.txt", "gone/a.txt", "gone"])
        await assert.rejects(artifacts.remove(path), isError("RESOURCE_DOES_NOT_EXIST"));
    });

    test("a folder does not become a file, nor a file a folder", async () => {
      await artifacts.put("taken/x.txt", bytes("x"));
      await assert.rejects(artifacts.put("taken", bytes("y")), isError("INVALID_PARAMETER_VALUE", /taken/));
      await assert.rejects(artifacts.put("taken/x.txt/y.txt", bytes("y")), TrackingError);
      assert.equal(await text("taken/x.txt"), "x");
    });

    test("a run that takes no files is left as it is", async () => {
      refusal = new TrackingError("INVALID_PARAMETER_VALUE", "The run must be in the 'active' state.");
      await assert.rejects(artifacts.put("late.txt", bytes("x")), isError("INVALID_PARAMETER_VALUE", /active/));
      refusal = undefined;
      assert.ok(!(await artifacts.list()).some(({ path }) => path === "late.txt"));
    });
  });
}
