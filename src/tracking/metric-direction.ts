const lowerIsBetter =
  /(^|[^a-z])(loss|err|error|errors|mae|mse|rmse|rmsle|msle|mape|smape|wape|medae|nll|deviance|perplexity|ppl|brier|logloss|wer|cer|fid|eer|fpr|fnr|aic|bic|latency|duration|time|ms|seconds|regret|hinge|kl)([^a-z]|$)|(loss|error|rmse|perplexity)/;

/** Whether a metric's best value is its least or its greatest, told by the words in its name; greatest when they say nothing. */
export function betterDirection(key: string): "min" | "max" {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return lowerIsBetter.test(words) ? "min" : "max";
}
