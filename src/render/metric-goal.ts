/** Words in a metric's name that say lower is better; compared whole, so `lossless_rate` is none. */
const lowerIsBetter = new Set(
  "loss rmse mse mae mape smape rmsle error err logloss perplexity ppl cer wer latency duration time memory bytes cost distance divergence deviance aic bic brier regret fpr fnr nll crossentropy".split(
    " ",
  ),
);

/**
 * Guesses from a metric's name which way is better: `val_loss` is "min", `r2` and `accuracy` are "max".
 * Only a default for marking and sorting; everything that uses it lets the user say otherwise.
 */
export function metricGoal(name: string): "min" | "max" {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const joined = words.join("");
  return words.some((word) => lowerIsBetter.has(word)) || lowerIsBetter.has(joined) ? "min" : "max";
}
