import type { Remark } from "../../kernel/extension.js";
import type { Magic } from "../magic.js";
import type { ArgValue, BoundArgs } from "./bound-args.js";

/** TypeScript's numbers for a value of the wrong type: as an argument, and in an object. */
const wrongType = ["TS2345", "TS2322"];

/** For each expression where a magic takes a number: what to say when TypeScript finds that it is none. */
export function numberRemarks(source: string, magic: Magic, bound: BoundArgs): Remark[] {
  const remarks: Remark[] = [];
  const expect = (name: string, value: ArgValue, key: { start: number } | undefined) => {
    if (value.kind !== "expression" && value.kind !== "variable") return;
    const text = source.slice(value.start, value.end);
    const inside = text.startsWith("{") ? text.slice(1).search(/\S/) + 1 : 0;
    // TypeScript marks the expression, or the name of the property that it is for.
    const starts = [value.start + inside, ...(key ? [key.start] : [])];
    remarks.push({ starts, codes: wrongType, text: `${name} must be a number, and ${text} is not.` });
  };
  const numbers = magic.args.filter(({ type }) => type === "number");
  for (const { name } of numbers) {
    const arg = bound.get(name);
    if (arg) expect(name, arg.value, arg.key);
  }
  const extra = magic.extraArgs?.type === "number" ? bound.get("extra")?.value : undefined;
  if (extra?.kind === "record") for (const { key, value, at } of extra.entries) expect(key, value, at);
  return remarks;
}
