import { visible } from "../../visible.js";

/** Where the user of a store is told what in it is damaged. */
export type Report = (problem: Error) => void;

/** Most problems that one store is reported for; thousands of lines would hide what the person asked for. */
const most = 20;

/** Says what is damaged as warnings of the process, each thing once, however often the store is read. */
export function damageReport(): Report {
  const said = new Set<string>();
  return ({ message }) => {
    if (said.has(message) || said.size > most) return;
    said.add(message);
    const more = "There are more problems; `runlab doctor --store` lists them all.";
    warn(new Error(said.size > most ? more : message));
  };
}

/** A warning of the process. */
export function warn({ message }: Error): void {
  process.emitWarning(visible(message), "RunlabWarning");
}
