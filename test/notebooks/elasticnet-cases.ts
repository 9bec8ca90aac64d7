import { fitElasticNet } from "../../notebooks/elasticnet.js";
import { mae, r2, rmse } from "../../notebooks/metrics.js";
import { carsProblem } from "./cars-problem.js";

/** Prints the cars problem and what our elastic net makes of it, as JSON, for test/python/test_elasticnet_parity.py. */
const problem = carsProblem();
const fits = [0.01, 0.2, 0.8].flatMap((alpha) =>
  [0, 0.3, 0.7, 1].map((l1Ratio) => {
    const model = fitElasticNet(problem.trainX, problem.trainY, { alpha, l1Ratio });
    const { coefficients, intercept, fit } = model;
    const predicted = model.predict(problem.testX);
    const { testY } = problem;
    const metrics = { rmse: rmse(testY, predicted), mae: mae(testY, predicted), r2: r2(testY, predicted) };
    return { alpha, l1Ratio, coefficients, intercept, epochs: fit.epochs, metrics };
  }),
);
process.stdout.write(JSON.stringify({ ...problem, fits }));
