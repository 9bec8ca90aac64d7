import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";

/** What a page or a Markdown reader would act on, if it were not escaped. */
export const hostileName = "<img src=x onerror=alert(1)></script><!-- `*|_";

/** A session with an experiment `cars` of so many runs: params, curves of two metrics and `more` others, code; the second has a hostile name. */
export async function sampleRuns(count: number, points = 20, more = 0): Promise<TrackingSession> {
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => "memory:", openStore: () => store });
  await session.setExperiment("cars");
  for (let at = 0; at < count; at++) {
    await session.startRun({ runName: at === 1 ? hostileName : `elastic ${at}` }, async (run) => {
      run.logParams({ alpha: at / 10, solver: at % 2 ? "lbfgs" : "sgd", l1: 0.5 });
      const values = Array.from({ length: points }, (_, step) => ({ step, fall: 1 / (step + 1) + at / 20 }));
      for (const { step, fall } of values) run.logMetrics({ loss: fall, acc: 1 - fall / 4 }, { step });
      for (const { step, fall } of values) {
        for (let other = 0; other < more; other++)
          run.logMetric(`other${other}`, Math.sin(fall * (other + 2)), { step });
      }
      run.logMetric("rmse", 3 + at / 10);
      await run.logText(`%%run name=elastic\nfit(${at < 2 ? 0 : at}) // \`\`\` </script>\n`, "runlab/cell.ts");
    });
  }
  return session;
}
