import { FileStore } from "../../../src/stores/file/file-store.js";
import { storeConformance } from "../conformance.js";

storeConformance("the file store", (folder) => new FileStore(folder));
