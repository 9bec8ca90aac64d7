import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Flavor, SavedFlavor } from "../flavors/flavor.js";
import type { ModelSignature } from "../signature/signature.js";
import type { ExampleFiles } from "./input-example.js";
import type { MLmodel } from "./mlmodel.js";
import { digestsOf, sizeOf } from "./model-files.js";
import { exactVersions, writeNodeRequirements } from "./node-requirements.js";

/** What is kept of a model besides its flavor's own files. */
export interface ModelContents {
  flavor: Flavor;
  saved: SavedFlavor;
  signature: ModelSignature | undefined;
  runId: string;
  example?: ExampleFiles | undefined;
  /** Further npm packages: names, or names with exact versions. */
  requirements?: readonly string[] | Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, unknown>>;
}

/** What the MLmodel file will say, but for its place in the run. */
export type UnplacedModel = MLmodel & { modelId: string; utcTimeCreated: string; modelSizeBytes: number };

/**
 * Writes all files of a model but MLmodel and the flavor's own, which are there.
 * @throws {ModelError} RESOURCE_DOES_NOT_EXIST for a requirement without a version that is not installed
 */
export async function writeModelFiles(folder: string, contents: ModelContents): Promise<UnplacedModel> {
  const { flavor, saved, signature, runId, example, metadata } = contents;
  for (const [file, text] of Object.entries(example?.texts ?? {})) await writeFile(join(folder, file), text);
  const requirements = { ...saved.requirements, ...exactVersions(contents.requirements ?? {}) };
  if (Object.keys(requirements).length > 0) await writeNodeRequirements(folder, requirements);
  if (saved.pythonRequirements !== undefined) {
    await writeFile(join(folder, "requirements.txt"), `${saved.pythonRequirements.join("\n")}\n`);
  }
  return {
    artifactPath: undefined,
    runId,
    modelId: `m-${randomUUID().replaceAll("-", "")}`,
    utcTimeCreated: `${new Date().toISOString().replace("T", " ").replace("Z", "")}000`,
    flavors: { [flavor.name]: saved.config, ...saved.others },
    signature,
    metadata,
    savedInputExample: example?.saved,
    modelSizeBytes: await sizeOf(folder),
    digests: await digestsOf(folder),
  };
}
