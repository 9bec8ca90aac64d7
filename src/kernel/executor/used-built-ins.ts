import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";

const { getPrototypeOf } = Reflect;
const typedArray = getPrototypeOf(Uint8Array) as { prototype: object };
function* none(): Generator<never> {
  yield* [];
}

/** Names on the global object: those of the language and of every host, browsers too. What only Node has may go. */
export const globalNames =
  "globalThis Object Function Array String Number Boolean BigInt Symbol Date RegExp Promise Map Set WeakMap WeakSet WeakRef Proxy Reflect JSON Math " +
  "Intl Error AggregateError RangeError SyntaxError TypeError ReferenceError URIError EvalError ArrayBuffer SharedArrayBuffer Atomics DataView " +
  "FinalizationRegistry Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array BigInt64Array " +
  "BigUint64Array parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent console structuredClone " +
  "queueMicrotask setTimeout clearTimeout setInterval clearInterval performance URL URLSearchParams TextEncoder TextDecoder AbortController " +
  "AbortSignal Event EventTarget atob btoa";

/**
 * What the kernel, its packages and Node's modules call, by where it lies; `@@` stands for a symbol of the language. What none
 * of them calls may stay broken, and each name costs some nanoseconds per cell. Up to `Object` stands what is called
 * before a cell that awaits has ended.
 */
export function usedBuiltIns(): ReadonlyArray<readonly [place: string, holder: object | null, keys: string]> {
  return [
    ["Promise", Promise, "resolve reject all allSettled any race @@species"],
    ["Promise.prototype", Promise.prototype, "constructor then catch finally"],
    // Node leaves the callback that a cell runs in with it.
    ["Array.prototype", Array.prototype, "pop"],
    [
      "Object",
      Object,
      "assign create defineProperties defineProperty entries freeze fromEntries " +
        "getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols " +
        "getPrototypeOf hasOwn is isFrozen keys setPrototypeOf values",
    ],
    [
      "Object.prototype",
      Object.prototype,
      "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toString valueOf",
    ],
    ["Function.prototype", Function.prototype, "constructor apply bind call toString @@hasInstance"],
    ["Array", Array, "from isArray of @@species"],
    [
      "Array.prototype",
      Array.prototype,
      "constructor at concat entries every fill filter find findIndex findLast findLastIndex flat " +
        "flatMap forEach includes indexOf join keys lastIndexOf map push reduce reduceRight reverse " +
        "shift slice some sort splice toString unshift values with @@iterator",
    ],
    ["ArrayIterator.prototype", getPrototypeOf([].values()), "next"],
    ["String", String, "fromCharCode fromCodePoint raw"],
    [
      "String.prototype",
      String.prototype,
      "constructor at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf " +
        "localeCompare match matchAll normalize padEnd padStart repeat replace replaceAll search slice " +
        "split startsWith substring toLowerCase toString toUpperCase toWellFormed trim trimEnd trimStart " +
        "valueOf @@iterator",
    ],
    ["StringIterator.prototype", getPrototypeOf(""[Symbol.iterator]()), "next"],
    ["Number", Number, "isFinite isInteger isNaN isSafeInteger parseFloat parseInt"],
    ["Number.prototype", Number.prototype, "constructor toExponential toFixed toPrecision toString valueOf"],
    ["Boolean.prototype", Boolean.prototype, "toString valueOf"],
    ["BigInt.prototype", BigInt.prototype, "toString valueOf"],
    ["Symbol", Symbol, "for"],
    ["Symbol.prototype", Symbol.prototype, "description toString valueOf @@toPrimitive"],
    ["Date", Date, "UTC now parse"],
    [
      "Date.prototype",
      Date.prototype,
      "constructor getDate getFullYear getHours getMinutes getMonth getSeconds getTime toISOString " +
        "toJSON toString valueOf @@toPrimitive",
    ],
    ["RegExp", RegExp, "@@species"],
    [
      "RegExp.prototype",
      RegExp.prototype,
      "constructor exec flags global ignoreCase multiline dotAll unicode unicodeSets sticky hasIndices " +
        "source test toString @@match @@matchAll @@replace @@search @@split",
    ],
    ["RegExpStringIterator.prototype", getPrototypeOf("".matchAll(/a/g)), "next"],
    [
      "Map.prototype",
      Map.prototype,
      "constructor clear delete entries forEach get has keys set size values @@iterator",
    ],
    ["MapIterator.prototype", getPrototypeOf(new Map().entries()), "next"],
    ["Set.prototype", Set.prototype, "constructor add clear delete entries forEach has keys size values @@iterator"],
    ["SetIterator.prototype", getPrototypeOf(new Set().values()), "next"],
    ["WeakMap.prototype", WeakMap.prototype, "delete get has set"],
    ["WeakSet.prototype", WeakSet.prototype, "add delete has"],
    ["WeakRef.prototype", WeakRef.prototype, "deref"],
    ["FinalizationRegistry.prototype", FinalizationRegistry.prototype, "register unregister"],
    [
      "Reflect",
      Reflect,
      "apply construct defineProperty deleteProperty get getOwnPropertyDescriptor getPrototypeOf has " + "ownKeys set",
    ],
    ["JSON", JSON, "parse stringify"],
    ["Math", Math, "abs ceil exp floor log log10 max min pow random round sign sqrt trunc"],
    ["Error", Error, "captureStackTrace"],
    ["Error.prototype", Error.prototype, "constructor toString"],
    ["ArrayBuffer", ArrayBuffer, "isView"],
    ["ArrayBuffer.prototype", ArrayBuffer.prototype, "constructor byteLength slice"],
    ["Atomics", Atomics, "add compareExchange load notify store wait"],
    ["TypedArray", typedArray, "from of @@species"],
    [
      "TypedArray.prototype",
      typedArray.prototype,
      "constructor at buffer byteLength byteOffset entries every fill filter find findIndex forEach " +
        "includes indexOf join keys length map reduce reverse set slice some sort subarray toString " +
        "values @@iterator @@toStringTag",
    ],
    ["Generator.prototype", getPrototypeOf(none.prototype), "next return throw"],
    ["console", console, "debug error info log warn"],
    [
      "process",
      process,
      "chdir cpuUsage cwd emit emitWarning env exit hrtime kill listeners mainModule memoryUsage " +
        "nextTick off on once",
    ],
    ["process.stdout", process.stdout, "write"],
    ["process.stderr", process.stderr, "write"],
    ["Buffer", Buffer, "alloc allocUnsafe byteLength compare concat from isBuffer"],
    [
      "Buffer.prototype",
      Buffer.prototype,
      "compare copy equals fill slice subarray toString write base64Slice hexSlice latin1Slice " +
        "utf8Slice utf8Write",
    ],
    [
      "EventEmitter.prototype",
      EventEmitter.prototype,
      "addListener emit listenerCount listeners off on once prependListener removeAllListeners removeListener",
    ],
    ["AsyncLocalStorage.prototype", AsyncLocalStorage.prototype, "enterWith exit getStore run"],
    ["AbortController.prototype", AbortController.prototype, "abort"],
  ];
}
