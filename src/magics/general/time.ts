import type { CellOutput } from "../../kernel/cell-output.js";
import { defineMagic } from "../define-magic.js";
import { formatSeconds } from "./timing.js";

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
