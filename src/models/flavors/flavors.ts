import { ModelError } from "../../errors.js";
import { isThenable, typeOf, wrongType } from "../../tracking/value-type.js";
import type { Flavor, SaveContext } from "./flavor.js";
import { functionFlavor } from "./function.js";
import { mljs } from "./mljs.js";
import { onnx } from "./onnx.js";
import { tfjs } from "./tfjs.js";
import { transformersJs } from "./transformers-js.js";

/** In order: the first flavor that accepts a model takes it. `function` takes nearly anything that predicts, so it is last. */
const builtIn: readonly Flavor[] = [onnx, tfjs, transformersJs, mljs, functionFlavor];

const key = Symbol.for("runlab.flavors");

/** All flavors, those that were registered first. */
export function flavors(): readonly Flavor[] {
  return [...registered(), ...builtIn];
}

/**
 * Makes another kind of model known to `logModel` and `loadModel`, in all copies of the package in this process.
 * @throws {ModelError} RESOURCE_ALREADY_EXISTS for a name that is taken by a built-in flavor
 */
export function registerFlavor(flavor: Flavor): void {
  if (builtIn.some(({ name }) => name === flavor.name)) {
    throw new ModelError("RESOURCE_ALREADY_EXISTS", `'${flavor.name}' is one of runlab's own flavors.`, {
      hint: "Choose another name for yours.",
    });
  }
  const list = registered();
  const known = list.findIndex(({ name }) => name === flavor.name);
  // A cell that is run again brings the same flavor anew.
  if (known >= 0) list[known] = flavor;
  else list.push(flavor);
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE for a name of no flavor, or a model that none takes */
export async function flavorOf(model: unknown, context: SaveContext, name?: string): Promise<Flavor> {
  const all = flavors();
  if (name !== undefined) {
    const named = all.find((flavor) => flavor.name === name);
    if (named !== undefined) return named;
    throw new ModelError("INVALID_PARAMETER_VALUE", `There is no flavor '${name}'.`, {
      hint: `The flavors are ${all.map((flavor) => flavor.name).join(", ")}; registerFlavor adds others.`,
    });
  }
  for (const flavor of all) if (await flavor.accepts(model, context)) return flavor;
  if (isThenable(model)) throw wrongType(`The model is ${typeOf(model)}.`, model);
  throw new ModelError("INVALID_PARAMETER_VALUE", `No flavor takes this model: ${typeOf(model)}.`, {
    hint: `A model can be: ${all.map(({ takes }) => takes).join("; ")}.`,
  });
}

/** One list per process, since the notebook's copy of the package and the kernel's are two. */
function registered(): Flavor[] {
  const found = Reflect.get(globalThis, key) as Flavor[] | undefined;
  if (found !== undefined) return found;
  const list: Flavor[] = [];
  Object.defineProperty(globalThis, key, { value: list, configurable: true });
  return list;
}
