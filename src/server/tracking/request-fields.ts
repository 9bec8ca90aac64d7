import { TrackingError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import type { HttpContext } from "../http/app.js";
import { defaultLimits } from "../http/connections.js";
import { contentType, readText } from "../http/request-body.js";

/** Largest JSON body, in bytes: the longest profile of a dataset that MLflow takes is 16 MB. */
const bodyLimit = 32 * 1024 * 1024;

/**
 * What a request says, with MLflow's leniency as measured on 3.17: a number may be text or a boolean, a whole number loses its
 * fraction, unknown fields are ignored, and a body that is not JSON counts as empty. Text must be text.
 */
export class RequestFields {
  readonly #values: Readonly<Record<string, unknown>>;
  /** What comes before a field's name in errors: `metrics[1].`. */
  readonly #path: string;
  /** In a query one value of a list looks like any other. */
  readonly #isQuery: boolean;

  constructor(values: Readonly<Record<string, unknown>>, path = "", isQuery = false) {
    this.#values = values;
    this.#path = path;
    this.#isQuery = isQuery;
  }

  /**
   * Those of a query for GET, else those of a JSON body.
   * @throws {TrackingError} INVALID_PARAMETER_VALUE for a body of another type, or JSON that is not an object
   */
  static async of({ env: { exchange }, req }: HttpContext): Promise<RequestFields> {
    if (req.method === "GET") return new RequestFields(queryOf(req.url), "", true);
    const text = await readText(exchange, { size: bodyLimit, time: defaultLimits.body });
    if (text === "") return new RequestFields({});
    const { type } = contentType(exchange);
    if (type !== "application/json") {
      throw invalid(`The Content-Type must be application/json; got ${type === "" ? "none" : `'${type}'`}.`);
    }
    const once = parsed(text);
    // Older clients of MLflow send JSON in a JSON text.
    const body = typeof once === "string" ? parsed(once) : once;
    if (isRecord(body)) return new RequestFields(body);
    throw invalid("The body must be a JSON object.");
  }

  has(name: string): boolean {
    const value = own(this.#values, name);
    return value !== undefined && value !== null;
  }

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE when it is missing, empty or no text */
  text(name: string): string {
    const text = this.optionalText(name);
    if (text === undefined || text === "") throw this.#missing(name);
    return text;
  }

  optionalText(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = own(this.#values, name);
    if (typeof value === "string") return value;
    throw this.#wrong(name, "a string");
  }

  /** As {@link optionalText}; a number or a boolean counts as the text that it is in JSON. */
  looseText(name: string): string | undefined {
    const value = own(this.#values, name);
    return typeof value === "number" || typeof value === "boolean" ? String(value) : this.optionalText(name);
  }

  /** The run that is meant, also by its old name. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST for anything but a run's id */
  runId(): string {
    const id = this.optionalText("run_id") || this.optionalText("run_uuid") || this.text("run_id");
    if (/^[\w-]{1,256}$/.test(id)) return id;
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `Run with id=${id.slice(0, 300)} not found`);
  }

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE for anything but an experiment's id */
  experimentId(): string {
    const id = this.text("experiment_id");
    if (/^\d{1,30}$/.test(id)) return id;
    throw invalid(`Invalid experiment ID '${id.slice(0, 300)}': it must be a number.`);
  }

  number(name: string): number {
    if (!this.has(name)) throw this.#missing(name);
    const number = toNumber(own(this.#values, name));
    if (number === undefined) throw this.#wrong(name, "a number");
    return number;
  }

  int(name: string): number {
    const number = Math.trunc(this.number(name));
    if (!Number.isSafeInteger(number)) throw this.#wrong(name, "a whole number");
    return number;
  }

  optionalInt(name: string): number | undefined {
    return this.has(name) ? this.int(name) : undefined;
  }

  optionalBoolean(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = own(this.#values, name);
    if (typeof value === "boolean") return value;
    throw this.#wrong(name, "true or false");
  }

  /** One of the words, or its number in protobuf, which begins at 1; anything else is passed over. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = own(this.#values, name);
    return typeof value === "number" ? words[value - 1] : words.find((word) => word === value);
  }

  /** A list of texts; in a query one text is a list of itself. */
  texts(name: string): string[] {
    const value = own(this.#values, name);
    if (this.#isQuery && typeof value === "string") return [value];
    return this.#list(name).map((text, at) => {
      if (typeof text === "string") return text;
      throw this.#wrong(`${name}[${at}]`, "a string");
    });
  }

  /** A list of ids, each a text or a whole number. */
  ids(name: string): string[] {
    if (this.#isQuery) return this.texts(name);
    return this.#list(name).map((id, at) => {
      if (typeof id === "string" || Number.isSafeInteger(id)) return String(id);
      throw this.#wrong(`${name}[${at}]`, "a string");
    });
  }

  list(name: string): RequestFields[] {
    return this.#list(name).map((item, at) => {
      if (isRecord(item)) return new RequestFields(item, `${this.#path}${name}[${at}].`);
      throw this.#wrong(`${name}[${at}]`, "an object");
    });
  }

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE when it is missing or no object */
  object(name: string): RequestFields {
    const value = own(this.#values, name);
    if (isRecord(value)) return new RequestFields(value, `${this.#path}${name}.`);
    throw this.has(name) ? this.#wrong(name, "an object") : this.#missing(name);
  }

  /** A list of `{ key, value }`; the last value of a key counts, and one without a value is empty. */
  keyValues(name: string): Record<string, string> {
    const record: Record<string, string> = {};
    for (const item of this.list(name)) setOwn(record, item.text("key"), item.optionalText("value") ?? "");
    return record;
  }

  #list(name: string): unknown[] {
    if (!this.has(name)) return [];
    const value = own(this.#values, name);
    if (Array.isArray(value)) return value;
    throw this.#wrong(name, "a list");
  }

  #missing(name: string): TrackingError {
    return invalid(`Missing value for required parameter '${this.#path}${name}'.`);
  }

  #wrong(name: string, wanted: string): TrackingError {
    return invalid(`Invalid value for parameter '${this.#path}${name}': it must be ${wanted}.`);
  }
}

function queryOf(url: string): Record<string, unknown> {
  const { searchParams } = new URL(url);
  const values: Record<string, unknown> = {};
  for (const name of new Set(searchParams.keys())) {
    const all = searchParams.getAll(name);
    setOwn(values, name, all.length === 1 ? all[0] : all);
  }
  return values;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Python's names of NaN and infinities are taken as well. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return undefined;
  const word = value.trim().toLowerCase();
  if (/^[+-]?nan$/.test(word)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : undefined;
}

function invalid(message: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message);
}
