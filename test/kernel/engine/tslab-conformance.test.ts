import { TslabEngine } from "../../../src/kernel/engine/tslab/tslab-engine.js";
import { TslabEvaluator } from "../../../src/kernel/engine/tslab/tslab-evaluator.js";
import { engineConformance } from "./conformance.js";

engineConformance({
  name: "tslab's converter",
  createEngine: (options) => new TslabEngine(options),
  createEvaluator: (compile) => new TslabEvaluator(compile),
  misses: {
    "closures see what later cells assign": "each cell has variables of its own and hands on their values",
    "code that runs later uses the new definition of a name": "the same",
    "functions are hoisted and var leaves its block": "its declarations leave out a var of an inner block",
    "await using and using dispose at the end of their block": "TypeScript 5.2",
    "arrays and objects have the methods of today's standard": "TypeScript 5.2 and later",
    "a throw within using has no frames but the cell's own": "TypeScript 5.2",
    "a chain of 3,000 operators compiles": "TypeScript 5.0 follows it on the stack",
    "JSON with an import attribute": "TypeScript 5.3",
    "standard decorators": "its notebooks use the experimental ones",
    "JSX becomes calls of the JSX runtime": "its cells are .ts files",
    "JSX calls a function of the notebook's own, of this cell or an earlier one": "its cells are .ts files",
    "what a cell exports, in any form, later cells can use": "it adds an export list of its own",
    "a type that refers to itself, and to a later version of another":
      "a new type takes the name's place in earlier declarations too",
    "a type does not take the value of its name away, nor a value the type; in whichever cell": "the same",
    "a class that is declared again as a const, or as a type, is gone as the other":
      "what is declared again as another kind is not forgotten",
    "a namespace of types, and a generic type, stay beside the value of their name": "it hands on the const alone",
    "a @module cell can be imported from a folder that does not exist": "a module's name is one word",
    "a local file with a top-level await": "its local files become CommonJS",
    "a local file with export =, by import = and by import": "it compiles `.ts` files only",
    "a file above the notebook's folder": "it compiles files of the notebook's folder only",
    "/// <reference lib> at a cell's top brings its names to this cell and later ones":
      "imports of its own stand above the cell",
    "/// <reference> brings the types of a package and the declarations of a file": "the same",
    "a variable called __proto__ is one like any other, also as a property's name":
      "it loses names that begin with two underscores",
    "a local file exports what every object has under that name, and nothing that it does not export": "the same",
    "null and undefined are checked": "its notebooks are written without strict",
  },
});
