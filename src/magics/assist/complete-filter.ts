import { fieldPlace, fieldStarts } from "../../tracking/filter/field-place.js";
import { type FieldTable, registeredModelFields, runFields } from "../../tracking/filter/fields.js";
import { writtenKey } from "../../tracking/filter/print.js";
import type { NameSource } from "../magic.js";
import type { PartialValue } from "./partial-arg.js";
import type { Proposal, Proposed } from "./proposal.js";

/** Fields in `where=` and `order=`, by what is filtered or ordered. */
export const filterKinds = {
  run_filter: (value: PartialValue, names: NameSource) => proposeFields(value, runFields, names, true),
  model_filter: (value: PartialValue, names: NameSource) => proposeFields(value, registeredModelFields, names, true),
  async run_order(value: PartialValue, names: NameSource): Promise<Proposed> {
    const direction = /^[^\s`"]+(?:`[^`]*`|"[^"]*")?\s+(\w*)$/.exec(value.text)?.[1];
    if (direction === undefined) return proposeFields(value, runFields, names, false);
    const proposals = ["ASC", "DESC"].map((text) => ({ text, type: "keyword" }));
    return { start: value.offset(value.text.length - direction.length), typed: direction, proposals };
  },
};

/** @param goesOn - more is to be written behind the field, so a text without quotes gets the opening one alone */
async function proposeFields(
  value: PartialValue,
  table: FieldTable,
  names: NameSource,
  goesOn: boolean,
): Promise<Proposed> {
  const place = fieldPlace(value.text, table);
  if (place === undefined) return { start: value.start, typed: "", proposals: [] };
  const { entity } = place;
  const before = value.text.slice(0, place.start);
  // Inside quotes the field alone is replaced, elsewhere the word that it stands in.
  const write = (field: string) =>
    value.quote !== undefined
      ? value.inside(field)
      : goesOn
        ? `"${value.inside(before + field)}`
        : value.write(before + field, field.endsWith("."));
  const propose = (field: string, name: string, type: string): Proposal => ({ text: write(field), name, type });
  const start = value.quote === undefined ? value.start : value.offset(place.start);
  if (entity === undefined) {
    const proposals = fieldStarts(table).map((name) => propose(name, name, "field"));
    return { start, typed: place.typed, proposals };
  }
  const keys = typeof entity.keys === "string" ? await names(entity.keys) : entity.keys;
  const proposals = keys.map((key) => propose(`${entity.name}.${writtenKey(key)}`, `${entity.name}.${key}`, "field"));
  return { start, typed: place.typed, proposals };
}
