import { readFileSync } from "node:fs";
import { parameterDeclarations } from "../cli/jupyter/parameter-cell.js";

/** Tells papermill, as JSON, what the cell on standard input declares. */
process.stdout.write(JSON.stringify(parameterDeclarations(readFileSync(0, "utf8"))));
