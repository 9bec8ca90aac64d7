/**
 * Which way a metric is better, told by its name, and which of its values is best. One list and one order for all that sorts,
 * marks or picks a best value; it imports nothing, so that a search in a store, a chart and a page agree.
 */
export type MetricGoal = "min" | "max";

/** Words that say lower is better; compared whole, so `lossless_rate` does not count. */
const lowerIsBetter = new Set(
  (
    "loss err error errors mae mse rmse rmsle msle mape smape wape medae deviance perplexity ppl brier regret hinge " +
    "crossentropy kl divergence distance nll aic bic wer cer fid eer fpr fnr " +
    "latency duration time ms seconds memory bytes cost"
  ).split(" "),
);

const timeUnits = new Set("ms s sec second seconds min minute hour".split(" "));

/** Ends of words that say so too: `valloss`, `logloss`. */
const lowerEnding = /(?:loss|error|rmse|perplexity)$/;

/**
 * Guesses from a metric's name which way is better: `val_loss`, `crossEntropy` and `loss/2` are "min"; `r2`, `accuracy` and
 * whatever says nothing are "max". A rate per time is "max" (`bytes_per_second`), and a leading `neg` turns it round, as in
 * scikit-learn's `neg_mean_squared_error`.
 * Only a default; everything that uses it lets the user say otherwise.
 */
export function metricGoal(name: string): MetricGoal {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/(?<=[a-z])\d+$/, ""));
  if (words.some((word, at) => word === "per" && timeUnits.has(words[at + 1] ?? ""))) return "max";
  const lower = words.some((word, at) => {
    // "cross_entropy" is one word in two.
    const pair = `${word}${words[at + 1] ?? ""}`;
    return lowerIsBetter.has(word) || lowerIsBetter.has(pair) || lowerEnding.test(word);
  });
  return lower === (words[0] === "neg") ? "max" : "min";
}

/**
 * Orders values of a metric, the best first, as searches do and as MLflow's SQL store orders runs: infinities are numbers like
 * others (Infinity is the best accuracy and the worst loss), NaN comes after every number, a missing value last of all.
 */
export function bestFirst(goal: MetricGoal): (a: number | undefined, b: number | undefined) => number {
  return (a, b) => {
    const order = standing(a) - standing(b);
    if (order !== 0 || a === undefined || b === undefined || a === b) return order;
    if (Number.isNaN(a)) return 0;
    // Not by subtraction: Infinity - Infinity is NaN.
    return a < b === (goal === "min") ? -1 : 1;
  };
}

function standing(value: number | undefined): number {
  return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
}

/** The best of some values by {@link bestFirst}; undefined when none of them is a number. */
export function bestValue(values: Iterable<number | undefined>, goal: MetricGoal): number | undefined {
  const order = bestFirst(goal);
  let best: number | undefined;
  for (const value of values) if (order(value, best) < 0) best = value;
  return Number.isNaN(best) ? undefined : best;
}
