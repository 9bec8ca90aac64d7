/** What compiles the cells: runlab's own engine, or tslab's converter. */
export const engineNames = ["hub", "tslab"] as const;
export type EngineName = (typeof engineNames)[number];
