import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../../errors.js";
import { packagesFolder } from "../../peer-package.js";
import type { Flavor, FlavorModel, SavedFlavor } from "../flavors/flavor.js";
import { enforce, modelParams } from "../signature/enforce.js";
import { inferSignature } from "../signature/infer-signature.js";
import { ModelSignature, type SignatureTexts } from "../signature/signature.js";

/** What a model that was saved is tried with. */
export interface Trial {
  signature?: ModelSignature | undefined;
  inputExample?: unknown;
  params?: Readonly<Record<string, unknown>>;
}

/**
 * Loads a model from its files alone, as others will; then it must predict the example.
 * @returns the signature that was given, else the flavor's own, else the one learnt from the example and its prediction
 * @throws {ModelError} INVALID_STATE when it fails on the example
 * @throws {SignatureMismatchError} when the example does not fit the signature, which would refuse it later
 */
export async function trySaved(
  folder: string,
  flavor: Flavor,
  saved: SavedFlavor,
  trial: Trial,
): Promise<ModelSignature | undefined> {
  const given = trial.signature;
  if (given !== undefined && trial.inputExample !== undefined) enforce(given, trial.inputExample);
  await linkPackages(folder);
  let loaded: FlavorModel | undefined;
  try {
    loaded = await flavor.load(folder, saved.config, { signature: given ?? saved.signature });
    if (trial.inputExample === undefined) return given ?? saved.signature;
    const params = given ? modelParams(given, trial.params ?? {}) : { ...trial.params };
    const output: unknown = await loaded.predict(trial.inputExample, params);
    if (given !== undefined) return given;
    const signature = inferSignature(trial.inputExample, output, trial.params);
    enforce(signature, trial.inputExample);
    return signature;
  } catch (cause) {
    throw explain(cause, flavor, loaded === undefined ? "cannot be loaded" : "fails on its input example");
  } finally {
    await loaded?.dispose?.();
    await rm(join(folder, linkName), { force: true });
  }
}

const linkName = "node_modules";

/** While it is tried, the model finds the packages that it would find here. */
async function linkPackages(folder: string): Promise<void> {
  const packages = packagesFolder();
  // A junction needs no rights on Windows; elsewhere the kind does not matter.
  if (packages !== undefined) await symlink(packages, join(folder, linkName), "junction");
}

function explain(cause: unknown, flavor: Flavor, what: string): unknown {
  if (!(cause instanceof Error) || cause instanceof ModelError) return cause;
  return new ModelError("INVALID_STATE", `The saved model (${flavor.name}) ${what}: ${cause.name}: ${cause.message}`, {
    hint: hintFor(cause),
    cause,
  });
}

function hintFor(cause: Error): string {
  const unknownName = cause.name === "ReferenceError" ? /^(\S+) is not defined/.exec(cause.message)?.[1] : undefined;
  if (unknownName === undefined) return "It was loaded from its saved files, as serving would do.";
  if (/^__[a-z]/.test(unknownName)) {
    return `'${unknownName}' is a function that the compiler adds for targets older than the syntax. Compile for ES2022 or later, or log a module: { module: './model.ts', state }.`;
  }
  return `A model made of code includes notebook variables and its own fields, but not variables inside another function or file. Make '${unknownName}' a field of the model (this.${unknownName}), or log a module: { module: './model.ts', state }.`;
}

/** A signature as it was given: also of another copy of the package, or as JSON texts. */
export function givenSignature(signature: ModelSignature | SignatureTexts | undefined): ModelSignature | undefined {
  if (signature === undefined || signature instanceof ModelSignature) return signature;
  return ModelSignature.fromJSON("toJSON" in signature ? (signature as ModelSignature).toJSON() : signature);
}
