import { readFileSync, writeFileSync } from "node:fs";
import { FolderLock } from "../../../src/stores/file/folder-lock.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { thisProcess } from "../../../src/stores/file/owner.js";

/** Counts a number in a file up, one by one, each time under a lock: `node counting-process.js <lock> <file> <times>`. */
const [, , path = "", file = "", times = "0"] = process.argv;
const lock = new FolderLock(path, { self: thisProcess(), disk: nodeDisk() });
for (let time = 0; time < Number(times); time++) {
  await lock.hold(() => writeFileSync(file, String(Number(readFileSync(file, "utf8")) + 1)));
}
