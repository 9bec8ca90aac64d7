import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A car of the model years 1970 to 1982. */
export interface Car {
  name: string;
  /** The target: miles per gallon. */
  mpg: number;
  cylinders: number;
  /** Cubic inches. */
  displacement: number;
  horsepower: number;
  /** Pounds. */
  weight: number;
  /** Seconds from 0 to 60 mph. */
  acceleration: number;
  /** Years since 1900. */
  year: number;
  origin: string;
}

interface RawCar {
  Name: string;
  Miles_per_Gallon: number | null;
  Cylinders: number;
  Displacement: number;
  Horsepower: number | null;
  Weight_in_lbs: number;
  Acceleration: number;
  Year: string;
  Origin: string;
}

/** The `cars` data of the vega-datasets package, from the disk; the 14 cars without a mileage or a horsepower are left out. */
export function loadCars(): Car[] {
  // The package's own loader asks the network; the file lies beside it.
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  const raw: RawCar[] = JSON.parse(readFileSync(join(dirname(entry), "..", "data", "cars.json"), "utf8"));
  return raw.flatMap((car) => {
    if (car.Miles_per_Gallon === null || car.Horsepower === null) return [];
    return {
      name: car.Name,
      mpg: car.Miles_per_Gallon,
      cylinders: car.Cylinders,
      displacement: car.Displacement,
      horsepower: car.Horsepower,
      weight: car.Weight_in_lbs,
      acceleration: car.Acceleration,
      year: new Date(car.Year).getUTCFullYear() - 1900,
      origin: car.Origin,
    };
  });
}
