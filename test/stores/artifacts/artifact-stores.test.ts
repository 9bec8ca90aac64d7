import { ArtifactFolder } from "../../../src/stores/artifacts/artifact-folder.js";
import { MemoryArtifacts } from "../../../src/stores/artifacts/memory-artifacts.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { slowly } from "../slow-store.js";
import { artifactConformance } from "./conformance.js";

artifactConformance("a folder", (folder, checkOpen) => {
  return new ArtifactFolder(folder, "run", nodeDisk(), { checkOpen, warn: (problem) => process.emitWarning(problem) });
});
artifactConformance("memory", (_, checkOpen) => new MemoryArtifacts("run", checkOpen));
artifactConformance("a slow place that shares no memory", (_, checkOpen) =>
  slowly(new MemoryArtifacts("run", checkOpen)),
);
