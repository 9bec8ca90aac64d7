import { setImmediate as nextTurn } from "node:timers/promises";
import { MagicError } from "../../errors.js";
import type { CellOutput } from "../../kernel/cell-output.js";
import type { CellValue } from "../../kernel/engine/engine.js";
import { plural } from "../../render/format-value.js";
import { defineMagic } from "../define-magic.js";
import type { MagicContext } from "../magic.js";

/** `%time` and `%%time`: one run, CPU and wall time, the value kept. */
export const time = defineMagic({
  name: "time",
  kind: "both",
  summary: "Time the execution of a line or a cell",
  input: "code",
  body: "code",
  args: [],
  lowering: "await",
  returns: "T",
  examples: ["%time fit(train)", "const model = %time fit(train)", "%%time\nfit(train)"],
  run: ({ code }, { output }) => timed(code, output),
  runCell: (_args, { output }, body) => timed(body, output),
});

/** Also of work that fails: how long it took to fail is worth knowing. */
async function timed<T>(work: () => Promise<T>, output: CellOutput): Promise<T> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    return await work();
  } finally {
    const wall = (performance.now() - start) / 1e3;
    const { user, system } = process.cpuUsage(cpu);
    const [userTime, systemTime, total] = [user, system, user + system].map((micros) => formatSeconds(micros / 1e6));
    output.stream(
      "stdout",
      `CPU times: user ${userTime}, sys: ${systemTime}, total: ${total}\nWall time: ${formatSeconds(wall)}\n`,
    );
  }
}

/** Seconds that the loops of one run are to take, and runs, when the user gives no other; both as IPython's. */
const enough = 0.2;
const defaultRuns = 7;
/** Seconds between two looks at the interrupt button. */
const checkSeconds = 0.05;

/** `%timeit` and `%%timeit`: many loops, mean and spread. */
export const timeit = defineMagic({
  name: "timeit",
  kind: "both",
  summary: "Time a line or a cell over many runs, with mean and standard deviation",
  input: "code",
  body: "code",
  ownScope: true,
  args: [
    { name: "n", type: "number", dashed: ["-n"], doc: "loops per run; default: as many as take 0.2 s" },
    { name: "r", type: "number", dashed: ["-r"], doc: "runs; default: 7" },
  ],
  lowering: "await",
  examples: [
    "%timeit predict(row)",
    "%timeit n=1000 r=3 predict(row)",
    "%timeit -n 10 predict(row)",
    "%%timeit r=3\nfit(train)",
  ],
  run: ({ code, ...args }, context) => measure(code, args, context),
  async runCell(args, context, body): Promise<CellValue> {
    await measure(body, args, context);
    return { hasValue: false, value: undefined };
  },
});

async function measure(
  work: () => Promise<unknown>,
  { n, r }: { n: number | undefined; r: number | undefined },
  { cell, output }: MagicContext,
): Promise<void> {
  const runs = count("r", r) ?? defaultRuns;
  let loops = count("n", n) ?? 1;
  if (n === undefined) {
    for (const candidate of sizes()) {
      loops = candidate;
      if ((await seconds(work, loops, cell.signal)) >= enough) break;
    }
  }
  const perLoop: number[] = [];
  for (let run = 0; run < runs; run++) perLoop.push((await seconds(work, loops, cell.signal)) / loops);
  const mean = perLoop.reduce((sum, value) => sum + value, 0) / runs;
  const deviation = Math.sqrt(perLoop.reduce((sum, value) => sum + (value - mean) ** 2, 0) / runs);
  output.stream(
    "stdout",
    `${formatSeconds(mean)} ± ${formatSeconds(deviation)} per loop (mean ± std. dev. of ${plural(runs, "run")}, ${plural(loops, "loop")} each)\n`,
  );
}

/** 1, 2, 5, 10, 20, 50 and so on, up to ten million. */
function* sizes(): Generator<number> {
  for (let power = 1; power <= 1e7; power *= 10) for (const factor of [1, 2, 5]) yield factor * power;
}

async function seconds(work: () => Promise<unknown>, loops: number, signal: AbortSignal): Promise<number> {
  let spent = 0;
  let start = performance.now();
  for (let loop = 0; loop < loops; loop++) {
    await work();
    const now = performance.now();
    if (now - start < checkSeconds * 1e3 && loop < loops - 1) continue;
    // An interrupt arrives as an event, and loops of microtasks let none in. The turn is not counted.
    spent += now - start;
    await nextTurn();
    signal.throwIfAborted();
    start = performance.now();
  }
  return spent / 1e3;
}

function count(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
  throw new MagicError("INVALID_PARAMETER_VALUE", `${name} must be a whole number above 0; got ${value}.`);
}

/**
 * A duration as IPython prints it: three significant digits and a unit; minutes and more as `1min 3s`.
 * @param seconds - 0 or more
 */
export function formatSeconds(seconds: number): string {
  if (seconds >= 60) {
    const parts: string[] = [];
    let left = Math.round(seconds);
    for (const [unit, size] of [
      ["d", 86_400],
      ["h", 3600],
      ["min", 60],
      ["s", 1],
    ] as const) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count > 0) parts.push(`${count}${unit}`);
    }
    return parts.join(" ");
  }
  for (const [unit, size] of [
    ["s", 1],
    ["ms", 1e-3],
    ["μs", 1e-6],
  ] as const) {
    if (seconds >= size) return `${threeDigits(seconds / size)} ${unit}`;
  }
  return `${threeDigits(seconds * 1e9)} ns`;
}

/** Like C's `%.3g`, without an exponent. */
function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
