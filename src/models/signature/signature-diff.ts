import { isThenable, typeOf, wrongType } from "../../tracking/value-type.js";
import { stringifyExact } from "./exact-json.js";
import { type ColumnSpec, type ColumnType, type ParamSpec, type Schema, sameType, type TensorSpec } from "./schema.js";
import { type ModelSignature, shapeText, typeText } from "./signature.js";

/** One difference between two signatures. */
export interface SignatureChange {
  part: "inputs" | "outputs" | "params";
  /** Column, tensor or param; "" for one without a name. */
  name: string;
  change: "added" | "removed" | "type" | "required" | "shape" | "default" | "form";
  before: string;
  after: string;
  /** True when callers of the old signature fail against the new one, or get what they do not expect. */
  breaking: boolean;
}

/** Types whose every value the key's type holds too. */
const widerThan: Readonly<Record<string, readonly string[]>> = {
  long: ["integer"],
  double: ["integer", "float"],
};

/** What changed from one signature to another. Order of columns is no difference: they go by name. */
export function diffSignatures(before: ModelSignature, after: ModelSignature): SignatureChange[] {
  for (const signature of [before, after]) {
    if (isThenable(signature)) throw wrongType(`One of the signatures is ${typeOf(signature)}.`, signature);
  }
  return [
    ...diffSchemas("inputs", before.inputs, after.inputs),
    ...diffSchemas("outputs", before.outputs, after.outputs),
    ...diffParams(before.params ?? [], after.params ?? []),
  ];
}

function diffSchemas(
  part: "inputs" | "outputs",
  before: Schema | undefined,
  after: Schema | undefined,
): SignatureChange[] {
  if (!before && !after) return [];
  if (!before || !after || before.kind !== after.kind) {
    const form = (schema: Schema | undefined) => schema?.kind ?? "none";
    // New inputs where nothing was checked can refuse; outputs that become known harm no one.
    const breaking = before !== undefined || part === "inputs";
    return [{ part, name: "", change: "form", before: form(before), after: form(after), breaking }];
  }
  if (before.kind === "columns" && after.kind === "columns") {
    return pair(before.columns, after.columns).flatMap(([old, now]) => diffColumn(part, old, now));
  }
  if (before.kind === "tensors" && after.kind === "tensors") {
    return pair(before.tensors, after.tensors).flatMap(([old, now]) => diffTensor(part, old, now));
  }
  return [];
}

function diffColumn(part: "inputs" | "outputs", old?: ColumnSpec, now?: ColumnSpec): SignatureChange[] {
  const name = String(old?.name ?? now?.name ?? "");
  const text = (spec: ColumnSpec) => `${typeText(spec.type)} (${spec.required ? "required" : "optional"})`;
  if (!old || !now)
    return [presence(part, name, old && text(old), now && text(now), part === "inputs" && now?.required === true)];
  const changes: SignatureChange[] = [];
  if (!sameType(old.type, now.type)) {
    const safe = part === "inputs" ? holds(now.type, old.type) : holds(old.type, now.type);
    changes.push({
      part,
      name,
      change: "type",
      before: typeText(old.type),
      after: typeText(now.type),
      breaking: !safe,
    });
  }
  if (old.required !== now.required) {
    const say = (required: boolean) => (required ? "required" : "optional");
    // An input may become optional, an output required; the other way round callers notice.
    const breaking = part === "inputs" ? now.required : old.required;
    changes.push({ part, name, change: "required", before: say(old.required), after: say(now.required), breaking });
  }
  return changes;
}

function diffTensor(part: "inputs" | "outputs", old?: TensorSpec, now?: TensorSpec): SignatureChange[] {
  const name = old?.name ?? now?.name ?? "";
  const text = (spec: TensorSpec) => `${spec.dtype} ${shapeText(spec.shape)}`;
  if (!old || !now) return [presence(part, name, old && text(old), now && text(now), part === "inputs")];
  const changes: SignatureChange[] = [];
  if (old.dtype !== now.dtype) {
    changes.push({ part, name, change: "type", before: old.dtype, after: now.dtype, breaking: true });
  }
  if (shapeText(old.shape) !== shapeText(now.shape)) {
    const [wide, narrow] = part === "inputs" ? [now.shape, old.shape] : [old.shape, now.shape];
    const safe = wide.length === narrow.length && wide.every((axis, at) => axis === -1 || axis === narrow[at]);
    const [from, to] = [shapeText(old.shape), shapeText(now.shape)];
    changes.push({ part, name, change: "shape", before: from, after: to, breaking: !safe });
  }
  return changes;
}

function diffParams(before: readonly ParamSpec[], after: readonly ParamSpec[]): SignatureChange[] {
  const part = "params";
  return pair(before, after).flatMap(([old, now]): SignatureChange[] => {
    const name = old?.name ?? now?.name ?? "";
    const text = ({ type, shape }: ParamSpec) => `${typeText(type)}${shape ? " list" : ""}`;
    // A new param has a default: nobody must pass it.
    if (!old || !now) return [presence(part, name, old && text(old), now && text(now), false)];
    const changes: SignatureChange[] = [];
    if (text(old) !== text(now)) {
      const safe = Boolean(old.shape) === Boolean(now.shape) && holds(now.type, old.type);
      changes.push({ part, name, change: "type", before: text(old), after: text(now), breaking: !safe });
    }
    const [from, to] = [stringifyExact(old.default), stringifyExact(now.default)];
    if (from !== to) changes.push({ part, name, change: "default", before: from, after: to, breaking: false });
    return changes;
  });
}

function presence(
  part: SignatureChange["part"],
  name: string,
  old: string | undefined,
  now: string | undefined,
  breaksWhenAdded: boolean,
): SignatureChange {
  const removed = now === undefined;
  const change = removed ? "removed" : "added";
  return { part, name, change, before: old ?? "", after: now ?? "", breaking: removed || breaksWhenAdded };
}

/** Pairs by name; specs without names by position. */
function pair<S extends { name: string | number | undefined }>(
  before: readonly S[],
  after: readonly S[],
): Array<[S | undefined, S | undefined]> {
  const key = (spec: S, at: number) => (spec.name === undefined ? `#${at}` : `=${spec.name}`);
  const later = new Map(after.map((spec, at) => [key(spec, at), spec]));
  const earlier = new Set(before.map(key));
  const added = after.filter((spec, at) => !earlier.has(key(spec, at)));
  return [
    ...before.map((spec, at): [S, S | undefined] => [spec, later.get(key(spec, at))]),
    ...added.map((spec): [undefined, S] => [undefined, spec]),
  ];
}

/** Whether every value of `inner` is a value of `outer`. */
function holds(outer: ColumnType, inner: ColumnType): boolean {
  if (outer.type === "any" || sameType(outer, inner)) return true;
  if (outer.type === "array" && inner.type === "array") return holds(outer.items, inner.items);
  if (outer.type === "map" && inner.type === "map") return holds(outer.values, inner.values);
  if (outer.type === "object" && inner.type === "object") {
    const fields = new Map(inner.properties.map((property) => [property.name, property]));
    const known = new Set(outer.properties.map(({ name }) => name));
    return (
      inner.properties.every(({ name }) => known.has(name)) &&
      outer.properties.every(({ name, type, required }) => {
        const field = fields.get(name);
        return field ? holds(type, field.type) && (field.required || !required) : !required;
      })
    );
  }
  return widerThan[outer.type]?.includes(inner.type) ?? false;
}
