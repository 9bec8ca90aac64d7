import { own } from "../../own.js";

/**
 * Functions that compilers call in what they emit, and declare once at the top of a file, where a function's own source does
 * not have them: esbuild (and tsx, Vite, tsup) when it keeps names, and esbuild and TypeScript for targets older than the
 * syntax. Written for Node 20 and up, by what the emitted calls expect.
 * @see esbuild --keep-names; TypeScript's importHelpers
 */
const helpers: Readonly<Record<string, string>> = {
  // esbuild
  __name: `(target, name) => Object.defineProperty(target, "name", { value: name, configurable: true })`,
  __publicField: `(object, key, value) => (Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true }), value)`,
  __spreadValues: `(target, source) => Object.defineProperties(target, Object.getOwnPropertyDescriptors({ ...source }))`,
  __spreadProps: `(target, source) => Object.defineProperties(target, Object.getOwnPropertyDescriptors(source))`,
  __objRest: `(source, without) => __rest(source, without)`,
  __restKey: `(key) => (typeof key === "symbol" ? key : String(key))`,
  __pow: `(base, exponent) => base ** exponent`,
  __async: `(self, args, body) => __steps(body.apply(self, args ?? []))`,
  __forAwait: `(source) => __asyncValues(source)`,
  __using: `(stack, value, isAsync) => (stack.push(__disposer(value, isAsync === true)), value)`,
  __callDispose: `(stack, error, failed) => __disposeAll(stack, { error, failed: failed === true })`,
  // TypeScript
  __assign: `Object.assign`,
  __rest: `(source, without) => {
  const rest = { ...source };
  for (const key of without) delete rest[key];
  return rest;
}`,
  __spreadArray: `(to, from) => to.concat(Array.prototype.slice.call(from))`,
  __awaiter: `(self, args, _promise, body) => __steps(body.apply(self, args ?? []))`,
  __asyncValues: `(source) => {
  const method = source[Symbol.asyncIterator];
  if (method) return method.call(source);
  return (async function* () { yield* source; })();
}`,
  __values: `(source) => source[Symbol.iterator]?.() ?? Array.prototype.values.call(source)`,
  __read: `(source, count) => {
  const [...values] = count === undefined ? source : { *[Symbol.iterator]() {
    let left = count;
    if (left > 0) for (const value of source) { yield value; left -= 1; if (left <= 0) return; }
  } };
  return values;
}`,
  __makeTemplateObject: `(cooked, raw) => Object.defineProperty(cooked, "raw", { value: raw })`,
  __propKey: `(key) => (typeof key === "symbol" ? key : String(key))`,
  __setFunctionName: `(target, name, prefix) => Object.defineProperty(target, "name", {
  configurable: true,
  value: (prefix ? prefix + " " : "") + (typeof name === "symbol" ? (name.description ? "[" + name.description + "]" : "") : name),
})`,
  __addDisposableResource: `(scope, value, isAsync) => (scope.stack.push(__disposer(value, isAsync === true)), value)`,
  __disposeResources: `(scope) => __disposeAll(scope.stack, { error: scope.error, failed: scope.hasError === true })`,
  // What these share
  __steps: `(generator) => (async () => {
  let step = generator.next();
  while (!step.done) {
    let value;
    try {
      value = await step.value;
    } catch (error) {
      step = generator.throw(error);
      continue;
    }
    step = generator.next(value);
  }
  return step.value;
})()`,
  __disposer: `(value, isAsync) => {
  if (value === null || value === undefined) return { isAsync, dispose: undefined };
  if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
  const own = isAsync ? value[Symbol.asyncDispose] : undefined;
  const method = own ?? value[Symbol.dispose];
  if (typeof method !== "function") throw new TypeError("Object not disposable.");
  // What Symbol.dispose returns is not waited for.
  return { isAsync, dispose: () => { const result = method.call(value); return own ? result : undefined; } };
}`,
  __disposeAll: `(stack, outcome) => {
  const fail = (error) => {
    const both = { name: "SuppressedError", error, suppressed: outcome.error };
    outcome.error = outcome.failed ? Object.assign(new Error("An error was suppressed during disposal."), both) : error;
    outcome.failed = true;
  };
  const next = () => {
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      try {
        const result = entry.dispose?.();
        if (entry.isAsync) return Promise.resolve(result).then(next, (error) => (fail(error), next()));
      } catch (error) {
        fail(error);
      }
    }
    if (outcome.failed) throw outcome.error;
  };
  return next();
}`,
};

/** Declarations of the helpers that a source mentions, with those that they use themselves; empty for most sources. */
export function compilerHelpers(source: string): string {
  const used = new Map<string, string>();
  const visit = (text: string): void => {
    for (const [name] of text.matchAll(/\b__[a-zA-Z]+\b/g)) {
      const helper = used.has(name) ? undefined : own(helpers, name);
      if (helper === undefined) continue;
      used.set(name, helper);
      visit(helper);
    }
  };
  visit(source);
  return [...used].map(([name, helper]) => `const ${name} = ${helper};\n`).join("");
}
