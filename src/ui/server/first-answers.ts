import type { HomeJson, NewsJson, RunsJson, RunsRequest } from "../../server/page/page-json.js";
import { parseRoute } from "../route/route.js";
import { comparedIds, comparedReading, readRuns, runsKey, runsReading } from "../runs/runs-reading.js";
import { parseView } from "../runs/view-state.js";
import { get } from "./ask.js";

/**
 * Asks for what the address names while the code that draws it is still being loaded, so that the server and the browser work
 * at the same time. News begin before anything is read: what changes meanwhile is heard of later.
 */
export class FirstAnswers {
  readonly #answers = new Map<string, Promise<unknown>>();

  /** The address names a chart. */
  readonly hasChart: boolean;

  /** @param hash - of the address */
  constructor(hash: string) {
    const route = parseRoute(hash);
    this.hasChart =
      route.page === "compare"
        ? route.query.get("view") !== "table"
        : route.page === "run" && route.query.has("metric");
    this.#keep("me", () => get("runlab", "me"));
    if (route.page === "home") this.#home();
    else if (route.page === "runs") this.#runs(runsReading(route.experimentIds, parseView(route.query)).first);
    else if (route.page === "compare") this.#runs(comparedReading(comparedIds(route.query)).first);
    else {
      const begun = this.#keep("news", () => get("runlab", "news"));
      if (route.page === "run") {
        const { runId } = route;
        this.#keep(`run ${runId}`, () => get("runlab", "run", { run_id: runId }), begun);
      }
      this.#keep("experiments", () => get("runlab", "experiments"), begun);
    }
    // Who goes elsewhere wants to know what is there then.
    addEventListener("hashchange", () => this.#answers.clear(), { once: true });
  }

  #home(): void {
    const home = this.#keep("home", () => get<HomeJson>("runlab", "home"));
    const runs = home.then(({ experimentId }) => {
      const { first } = runsReading(experimentId === undefined ? [] : [experimentId], parseView(new URLSearchParams()));
      return this.#keep(runsKey(first), () => readRuns(first));
    });
    this.#besides(runs);
  }

  #runs(request: RunsRequest): void {
    this.#besides(this.#keep(runsKey(request), () => readRuns(request)));
  }

  /** Runs say themselves where their news begin. All experiments come after them, since all their runs are counted. */
  #besides(runs: Promise<RunsJson>): void {
    this.#keep("news", async (): Promise<NewsJson> => {
      return { cursor: (await runs).cursor, runIds: [], experiments: false, models: false };
    });
    this.#keep("experiments", () => get("runlab", "experiments"), runs);
  }

  /** The answer that was asked for at the beginning; when it was taken before, or failed, that of `ask`. */
  take<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const first = this.#answers.get(key);
    this.#answers.delete(key);
    return first === undefined ? ask() : (first as Promise<T>).catch(ask);
  }

  /** @param before - is awaited, whatever becomes of it */
  #keep<T>(key: string, ask: () => Promise<T>, before?: Promise<unknown>): Promise<T> {
    const answer = before === undefined ? ask() : before.then(ask, ask);
    // Who takes it hears of its failure.
    answer.catch(() => undefined);
    this.#answers.set(key, answer);
    return answer;
  }
}
