import type { Services } from "../../src/magics/runtime/services.js";
import { RunColours } from "../../src/render/palette.js";

const noServers = {
  start: () => Promise.reject(new Error("no servers here")),
  list: () => [],
  stop: async () => [],
  log: () => "",
};

/** Services of a kernel that has no files, no front end and no servers. */
export function noServices(): Services {
  return {
    names: () => new Map(),
    inspect: async () => undefined,
    history: () => ({}),
    reset: async () => undefined,
    confirm: () => false,
    replaceCell: () => undefined,
    servers: noServers,
    pages: noServers,
    colours: new RunColours(),
  };
}
