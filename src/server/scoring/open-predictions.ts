import { AsyncLocalStorage } from "node:async_hooks";
import { HttpError } from "../http/http-error.js";

/** ms that a timer can wait at the most; Node takes more for 1. */
const longestTimer = 2 ** 31 - 1;

interface OpenPrediction {
  readonly requestId: string;
  /** It began while origins were traced, so that its errors carry it. */
  readonly traced: boolean;
  fail(error: unknown): void;
}

/** The predictions that are being made. Each one is answered in time, also when its error never reaches its promise. */
export class OpenPredictions {
  readonly #open = new Set<OpenPrediction>();
  readonly #origin = new AsyncLocalStorage<OpenPrediction>();
  /**
   * Off until the model's first error outside of a prediction: on Node 20 the storage takes 5 to 10 µs of every request, a
   * quarter of its time, and most models never throw one.
   */
  #tracing = false;

  readonly #begun: () => void;

  /** @param begun - called at the beginning of each one */
  constructor(begun: () => void = () => undefined) {
    this.#begun = begun;
  }

  /**
   * What a prediction gives, or 504 when it takes too long. The prediction itself goes on, since nothing can stop it, and what
   * it gives then is dropped. One that computes without a pause keeps the timer waiting, as it does everything else in the
   * process: it is answered when it is done, however late.
   * @param limit - in ms
   * @throws {HttpError} 504 DEADLINE_EXCEEDED, the status that MLflow 3.17 gives
   */
  async run<T>(requestId: string, limit: number, predict: () => Promise<T>): Promise<T> {
    this.#begun();
    let prediction: OpenPrediction | undefined;
    let timer: NodeJS.Timeout | undefined;
    const outside = new Promise<never>((_, fail) => {
      prediction = { requestId, traced: this.#tracing, fail };
      this.#open.add(prediction);
      timer = setTimeout(() => fail(tooLate(limit)), Math.min(limit, longestTimer));
    });
    try {
      const made = prediction?.traced ? this.#origin.run(prediction, predict) : predict();
      return await Promise.race([made, outside]);
    } finally {
      clearTimeout(timer);
      if (prediction) this.#open.delete(prediction);
    }
  }

  /**
   * An error that no promise of a prediction carries: thrown in a timer or an event, or a rejection that nothing waits for. The
   * prediction it comes from fails with it. The first one comes from the only prediction that is open; with several open nobody
   * can tell, and they are left to their time limit. From then on each error knows its origin.
   * @returns the request it comes from, and whether it was still open; undefined when that is unknown
   */
  fail(error: unknown): { requestId: string; open: boolean } | undefined {
    const prediction = this.#origin.getStore() ?? this.#onlyUntraced();
    this.#tracing = true;
    if (prediction === undefined) return undefined;
    const open = this.#open.has(prediction);
    prediction.fail(modelFailure(error));
    return { requestId: prediction.requestId, open };
  }

  #onlyUntraced(): OpenPrediction | undefined {
    const untraced = [...this.#open].filter(({ traced }) => !traced);
    return untraced.length === 1 ? untraced[0] : undefined;
  }
}

function tooLate(limit: number): HttpError {
  return new HttpError(504, "DEADLINE_EXCEEDED", `The model has not answered within ${limit / 1000} s.`);
}

/** The caller is told that the model failed, the log why. */
export function modelFailure(cause: unknown): HttpError {
  return new HttpError(500, "INTERNAL_ERROR", "The model failed on this data.", { cause: cause ?? String(cause) });
}
