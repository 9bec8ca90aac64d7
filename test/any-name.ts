import fc from "fast-check";
import { checkKey } from "../src/tracking/validation.js";

/** What plain objects, lists and promises have, whole numbers (which objects put first), and what grammars give a meaning. */
const odd: readonly string[] = [
  ...Object.getOwnPropertyNames(Object.prototype),
  "then",
  "length",
  "name",
  "prototype",
  "10",
  "9",
  "0",
  "-1",
  "1.5",
  "",
  " ",
  "a.b",
  "a[0]",
  "a\\b",
  '\\"',
  "a\nb",
  "\u2028",
  `'"\``,
  "a,b",
  "=1+1",
  "null",
  "undefined",
  "true",
  "NaN",
  "n".repeat(250),
];

/** Any name at all: half of them from the list of odd ones. */
export const anyName: fc.Arbitrary<string> = fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 20 }));

/** A name that params, metrics and tags may have. */
export const keyName: fc.Arbitrary<string> = anyName.filter((name) => {
  try {
    checkKey("param", name);
    return true;
  } catch {
    return false;
  }
});

/** Several different names. */
export function names(of: fc.Arbitrary<string>, minLength = 1): fc.Arbitrary<string[]> {
  return fc.uniqueArray(of, { minLength, maxLength: 6 });
}

/** Names with values, as a record whose own keys they are. */
export function recordOf<T>(of: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return names(of).chain((keys) =>
    fc
      .tuple(...keys.map(() => value))
      .map((values) => Object.fromEntries(keys.map((key, at) => [key, values[at] as T]))),
  );
}
