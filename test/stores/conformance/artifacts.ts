import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isError } from "../../is-error.js";
import type { StorePlace } from "./store-place.js";

/** What every store promises of a run's files. */
export function artifactsConformance(place: StorePlace): void {
  test("a picture goes under a file's name, or under a key and a step", async () => {
    const { runId } = (await place.startRun()).info;
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUg==", "base64");
    await place.client.logImage(runId, png, "a.png");
    await place.client.logImage(runId, png, { key: "val/sample", step: 3, timestamp: 17 });
    const [file] = await place.client.listArtifacts(runId, "images");
    assert.match(file?.path ?? "", /^images\/val~sample\+step\+3\+timestamp\+17\+[0-9a-f-]{36}\.png$/);
    assert.deepEqual(Buffer.from(await place.client.readArtifact(runId, file?.path ?? "")), png);
    assert.equal((await place.client.getRun(runId)).data.tags["mlflow.loggedImages"], "true");
    await assert.rejects(
      place.client.logImage(runId, png, { key: "a", step: 0.5 }),
      isError("INVALID_PARAMETER_VALUE", /step/),
    );
    await assert.rejects(
      place.client.logImage(runId, "aGVsbG8=", { key: "a" }),
      isError("INVALID_PARAMETER_VALUE", /is not a PNG/),
    );
  });

  test("rows logged to one table, and tables logged side by side, are all kept though nobody waits", async () => {
    const { runId } = (await place.startRun()).info;
    const calls = Array.from({ length: 5 }, (_, x) => place.client.logTable(runId, [{ x }], "one.json"));
    calls.push(place.client.logTable(runId, [{ x: 0 }], "other.json"));
    const wrong = place.client.logTable(runId, { x: [1], y: [] }, "one.json");
    await assert.rejects(wrong, isError("INVALID_PARAMETER_VALUE", /same length/));
    await Promise.all(calls);
    const table: unknown = JSON.parse(Buffer.from(await place.client.readArtifact(runId, "one.json")).toString());
    assert.deepEqual(table, { columns: ["x"], data: [[0], [1], [2], [3], [4]] });
    const text = (await place.client.getRun(runId)).data.tags["mlflow.loggedArtifacts"] ?? "";
    const listed = JSON.parse(text) as Array<{ path: string; type: string }>;
    // Which of two that are on their way side by side comes first, nobody promises.
    assert.deepEqual(
      listed.sort((a, b) => (a.path < b.path ? -1 : 1)),
      [
        { path: "one.json", type: "table" },
        { path: "other.json", type: "table" },
      ],
    );
  });

  test("of texts logged to one file the last one is kept, though nobody waits", async () => {
    const { runId } = (await place.startRun()).info;
    // A large one takes longest.
    const texts = ["x".repeat(1_000_000), "2", "3", "4", "5"];
    for (let round = 0; round < 10; round++) {
      await Promise.all(texts.map((text) => place.client.logText(runId, text, "note.txt")));
      assert.equal(Buffer.from(await place.client.readArtifact(runId, "note.txt")).toString(), "5");
    }
  });

  test("artifacts are written, listed, read and copied out", async () => {
    const { runId } = (await place.startRun()).info;
    await writeFile(join(place.folder, "local.txt"), "local");
    await place.client.logArtifact(runId, join(place.folder, "local.txt"), "in/here");
    await place.client.logText(runId, "häßlich", "note.txt");
    await place.client.logDict(runId, { a: [1, Number.NaN] }, "in/value.json");
    await place.client.logTable(runId, [{ x: 1 }, { x: 2, y: "b" }], "table.json");
    await place.client.logTable(runId, { x: [3], z: [true] }, "table.json");
    assert.deepEqual(await place.client.listArtifacts(runId), [
      { path: "in", isDir: true },
      { path: "note.txt", isDir: false, fileSize: 9 },
      { path: "table.json", isDir: false, fileSize: (await place.client.readArtifact(runId, "table.json")).length },
    ]);
    assert.deepEqual(
      (await place.client.listArtifacts(runId, "in")).map((file) => file.path),
      ["in/here", "in/value.json"],
    );
    assert.deepEqual(await place.client.listArtifacts(runId, "note.txt"), []);
    const table: unknown = JSON.parse(Buffer.from(await place.client.readArtifact(runId, "table.json")).toString());
    assert.deepEqual(table, {
      columns: ["x", "y", "z"],
      data: [
        [1, null, null],
        [2, "b", null],
        [3, null, true],
      ],
    });
    const copy = await place.client.downloadArtifacts(runId, "in", join(place.folder, "out"));
    assert.equal(await readFile(join(copy, "here", "local.txt"), "utf8"), "local");
    await assert.rejects(place.client.readArtifact(runId, "none.txt"), isError("RESOURCE_DOES_NOT_EXIST", /none\.txt/));
  });

  test("an artifact's name may be what a file system takes: HTML, emoji, 255 bytes; more is refused with its length", async () => {
    const { runId } = (await place.startRun()).info;
    const names = ["<b>a.txt", "\u{1F600} ü.txt", "a b'\"&?%.txt", ".hidden", "n".repeat(255), "ü".repeat(127)];
    for (const odd of ["a#b.txt", "a%41.txt", "what?"]) {
      if (!place.differs("artifactNames")) names.push(odd);
      else {
        const refused = isError("INVALID_PARAMETER_VALUE", /cannot keep the artifact .* under this name/);
        await assert.rejects(place.client.logText(runId, "x", odd), refused);
      }
    }
    for (const name of names) await place.client.logText(runId, name, `in/${name}`);
    const listed = (await place.client.listArtifacts(runId, "in")).map(({ path }) => path);
    assert.deepEqual(new Set(listed), new Set(names.map((name) => `in/${name}`)));
    for (const name of names) {
      assert.equal(Buffer.from(await place.client.readArtifact(runId, `in/${name}`)).toString(), name);
    }
    for (const name of ["n".repeat(300), "ü".repeat(128), "\u{1F600}".repeat(64)]) {
      const bytes = Buffer.byteLength(name);
      const refused = isError(
        "INVALID_PARAMETER_VALUE",
        new RegExp(`has ${bytes} bytes, but file systems allow at most 255`),
      );
      await assert.rejects(place.client.logText(runId, "x", `in/${name}`), refused);
    }
  });

  test("an artifact may have any name that a file can have: colons, quotes, percent signs", async () => {
    const { runId } = (await place.startRun()).info;
    const paths = ["T:300K.csv", "C:", "a b/it's 100%.txt", `"q"?.txt`, "ü.txt"];
    if (!place.differs("artifactNames")) paths.push("#1.md");
    for (const path of paths) await place.client.logText(runId, path, path);
    for (const path of paths) {
      assert.equal(Buffer.from(await place.client.readArtifact(runId, path)).toString("utf8"), path);
    }
    const names = (await place.client.listArtifacts(runId)).map(({ path }) => path);
    assert.deepEqual(new Set(names), new Set(paths.map((path) => path.split("/")[0])));
  });

  test("artifact paths that leave the run are refused, and the reason is the right one", async () => {
    const { runId } = (await place.startRun()).info;
    for (const [path, reason] of [
      ["../x", /inside the run's artifacts/],
      ["/etc/passwd", /must be relative/],
      ["C:/x", /must be relative/],
      ["C:\\x", /must be relative/],
      ["plots\\loss.svg", /A backslash .* Put '\/' between folders/],
      ["a\0b", /NUL/],
      ["a/..", /does not name a file/],
    ] as const) {
      await assert.rejects(place.client.logText(runId, "x", path), isError("INVALID_PARAMETER_VALUE", reason));
    }
    for (const path of ["../x", "a/../../x", "/etc/passwd", "", ".", "a\\..\\x", "C:/x", "a\0b"]) {
      await assert.rejects(place.client.logText(runId, "x", path), isError("INVALID_PARAMETER_VALUE", /artifact path/));
    }
    await assert.rejects(
      place.client.logArtifact(runId, join(place.folder, "absent")),
      isError("RESOURCE_DOES_NOT_EXIST", /absent/),
    );
  });
}
