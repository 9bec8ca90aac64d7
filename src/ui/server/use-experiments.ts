import { useLayoutEffect } from "preact/hooks";
import type { ExperimentsJson } from "../../server/page/page-json.js";
import { get } from "./ask.js";
import type { FirstAnswers } from "./first-answers.js";
import type { NewsSource } from "./news.js";
import { type Asked, useAsked } from "./use-asked.js";

/** ms that counts of runs may be old: a loop that logs changes its run all the time. */
const patience = 5000;

/** All experiments, as they change. */
export function useExperiments(news: NewsSource, first: FirstAnswers): Asked<ExperimentsJson> {
  const asked = useAsked("experiments", (signal) =>
    first.take("experiments", () => get<ExperimentsJson>("runlab", "experiments", {}, signal)),
  );
  const { again } = asked;
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = news.listen(({ experiments, runIds }) => {
      if (experiments) again();
      else if (runIds?.length !== 0) {
        timer ??= setTimeout(() => {
          timer = undefined;
          again();
        }, patience);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [news, again]);
  return asked;
}
