import { appendFileSync, readFileSync } from "node:fs";
import { type EngineRequest, type EngineResults, openEngineChannel } from "../../../src/kernel/engine/protocol.js";

// In the kernel's folder: how often an engine process was started for it.
appendFileSync("starts", ".");
const starts = readFileSync("starts", "utf8").length;

/** Sources of the cells that this process was asked to compile. */
const cells: string[] = [];

/** An engine process without TypeScript: a cell is JavaScript, and a few words make it misbehave on purpose. */
const results: { [K in EngineRequest["op"]]?: (request: Extract<EngineRequest, { op: K }>) => EngineResults[K] } = {
  compile: ({ source, count }) => {
    if (source.includes("CRASH ENGINE")) process.exit(9);
    // Like a type check that takes long: the thread does nothing else.
    if (source.includes("SLOW CHECK")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
    cells.push(source);
    const at = Math.max(source.indexOf("TYPE ERROR"), starts > 1 ? source.indexOf("KNOWN ONCE") : -1);
    if (at >= 0) {
      const diagnostic = { message: "Not so.", code: "TS2322", category: "error" as const, start: at, length: 10 };
      return { ok: false, diagnostics: [diagnostic] };
    }
    const magic = /^%%(\w+)(?: ([^\n]*))?\n(.*)$/s.exec(source);
    const declares = [...source.matchAll(/\bvar (\w+)/g)].flatMap(([, name]) => name ?? []);
    const code = (js: string) => ({ ok: true as const, format: "fake", count, js, declares });
    if (!magic) return { ok: true, code: code(source) };
    const [, name = "", header, body = ""] = magic;
    if (header) return { ok: true, magic: { name, header: code(`(${header})`) }, code: code(body) };
    return { ok: true, magic: { name, args: {} }, code: code(body) };
  },
  expression: ({ source, count }) => ({
    ok: true,
    code: { ok: true, format: "fake", count, js: source, declares: [] },
  }),
  complete: ({ request }) => ({
    matches: request.code === "cells" ? cells : [`at${request.cursor}`],
    start: request.cursor - 1,
    end: request.cursor,
  }),
  inspect: ({ request }) => ({ data: { "text/plain": `hover at ${request.cursor}` } }),
  isComplete: ({ code }) =>
    code.endsWith("{") ? { status: "incomplete", indent: "  " } : { status: code === ")" ? "invalid" : "complete" },
  module: () => null,
  reset: () => null,
  close: () => null,
};

const channel = openEngineChannel((request) => {
  if (request.op === "drop") return;
  const answer = results[request.op] as (request: EngineRequest) => EngineResults[keyof EngineResults];
  channel.send({ id: request.id, ok: true, result: answer(request) });
});
// Like the real one: an interrupt is for the cell.
process.on("SIGINT", () => undefined);
channel.send({ event: "ready", engine: "fake", typescriptVersion: "0.0.0", pid: process.pid });
