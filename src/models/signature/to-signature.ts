import { ModelError } from "../../errors.js";
import { inferSignature } from "./infer-signature.js";
import { ModelSignature, type SignatureTexts } from "./signature.js";

/**
 * A signature as it is; else the one that `value` says in texts (`toJSON`, an MLmodel file), also one of another copy of the
 * package; else the one learnt from data.
 * @throws {ModelError} INVALID_PARAMETER_VALUE for null and undefined, and for data that has no signature
 */
export function toSignature(value: unknown): ModelSignature {
  if (value === undefined || value === null) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `A signature cannot be made from ${String(value)}.`, {
      hint: "Pass a signature, or data to infer one from.",
    });
  }
  if (value instanceof ModelSignature) return value;
  const texts = signatureTexts(value);
  return texts === undefined ? inferSignature(value) : ModelSignature.fromJSON(texts);
}

/** The texts of a signature's parts; undefined for any other value. */
export function signatureTexts(value: unknown): SignatureTexts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const json: unknown = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value;
  if (typeof json !== "object" || json === null) return undefined;
  const parts = Object.entries(json);
  const known = parts.every(([key, part]) => ["inputs", "outputs", "params"].includes(key) && typeof part === "string");
  return known && parts.length > 0 ? (json as SignatureTexts) : undefined;
}
