import { MemoryStore } from "../../src/stores/memory.js";
import { storeConformance } from "./conformance.js";

storeConformance("the memory store", () => new MemoryStore());
