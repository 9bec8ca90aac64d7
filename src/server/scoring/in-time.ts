import { RequestError } from "./request-error.js";

/** ms that a timer can wait at the most; Node takes more for 1. */
const longestTimer = 2 ** 31 - 1;

/**
 * What a prediction gives, or 504 when it takes too long. The prediction itself goes on, since nothing can stop it; what it
 * gives then, or throws, is for nobody. One that computes without a pause keeps the timer waiting as it does everything else
 * of the process: it is answered when it is done, however late.
 * @param limit - in ms
 * @throws {RequestError} 504 DEADLINE_EXCEEDED, the status that MLflow 3.17 gives
 */
export async function inTime<T>(prediction: Promise<T>, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(tooLate(limit));
    timer = setTimeout(refuse, Math.min(limit, longestTimer));
  });
  try {
    return await Promise.race([prediction, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(limit: number): RequestError {
  return new RequestError(504, "DEADLINE_EXCEEDED", `The model has not answered within ${limit / 1000} s.`);
}
