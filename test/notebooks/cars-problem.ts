import { loadCars } from "../../notebooks/cars.js";
import { standardize } from "../../notebooks/features.js";
import { trainTestSplit } from "../../notebooks/split.js";

/** The regression of notebooks/cars.ipynb: the same rows, split and scaled the same way. */
export function carsProblem(): { trainX: number[][]; trainY: number[]; testX: number[][]; testY: number[] } {
  const { train, test } = trainTestSplit(loadCars(), { seed: 42 });
  const features = standardize(train, ["cylinders", "displacement", "horsepower", "weight", "acceleration", "year"]);
  return {
    trainX: features.transform(train),
    trainY: train.map((car) => car.mpg),
    testX: features.transform(test),
    testY: test.map((car) => car.mpg),
  };
}
