import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

/** Sets a tag of a run, and folds the run or leaves it as it is: `node tagging-process.js <store> <run id> <key> fold|leave`. */
const [, , folder = "", runId = "", key = "", end = "fold"] = process.argv;
const client = new TrackingClient(new FileStore(folder));
await client.setTag(runId, key, 1);
if (end === "fold") await client.store.close();
process.exit();
