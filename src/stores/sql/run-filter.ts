import { metricGoal } from "../../metric-goal.js";
import type {
  Comparison,
  Field,
  Filter,
  ListComparison,
  Negated,
  NumberComparator,
  NumberComparison,
  TextComparison,
} from "../../tracking/filter/filter-tree.js";
import { locationColumn } from "./artifact-location.js";
import type { SqlDatabase } from "./database.js";
import { type RawBuilder, sql } from "./kysely.js";
import { type GoneOwners, shownColumns } from "./owners.js";

type Sql = RawBuilder<unknown>;

/** The columns in which a field of a run is found. */
export interface FieldColumns {
  /** Whether the run has the field; undefined: always. */
  exists?: Sql;
  text?: Sql;
  /** Where it is null though the run has the field: NaN, or text that is not a number. */
  number?: Sql;
  /** Of a param or tag, see `TextRow`. */
  rank?: Sql;
}

/** SQLite joins at most 64 tables. */
const joinLimit = 40;
/** Nor do conditions nest deeper than 1,000. */
const partLimit = 200;
const listLimit = 500;
/** SQLITE_MAX_LIKE_PATTERN_LENGTH is 50,000, and long patterns are slow. */
const patternLimit = 1000;

const textAttributes = ["run_id", "run_name", "user_id", "experiment_id"];

/**
 * Translates a filter of runs. What no database can say exactly (Unicode in ILIKE, a thousand comparisons) is said wider: then
 * `exact` is false, and the rows are looked at once more.
 */
export class RunFilter {
  exact = true;
  readonly #database: SqlDatabase;
  readonly #gone: GoneOwners;
  readonly #joins = new Map<string, { alias: string; join: Sql }>();
  #parts = 0;

  /** @param gone - whose runs are shown as killed */
  constructor(database: SqlDatabase, gone: GoneOwners = new Map()) {
    this.#database = database;
    this.#gone = gone;
  }

  /** The tables of the fields that were asked for, to stand after `runs as r`. */
  get joins(): Sql {
    const joins = [...this.#joins.values()].map(({ join }) => join);
    return joins.length === 0 ? sql`` : sql.join(joins, sql` `);
  }

  /** Undefined: nothing that SQL could say. */
  condition(filter: Filter): Sql | undefined {
    if ("parts" in filter) {
      const parts = filter.parts.map((part) => this.condition(part));
      const known = parts.filter((part) => part !== undefined);
      if (known.length === 0 || (filter.kind === "or" && known.length < parts.length)) return this.#wider();
      return sql`(${sql.join(known, filter.kind === "and" ? sql` and ` : sql` or `)})`;
    }
    if (++this.#parts > partLimit) return this.#wider();
    if (filter.kind !== "not" && filter.field.entity === "dataset") return this.#dataset(filter);
    const field = filter.kind === "not" ? filter.part.field : filter.field;
    // Of those that are shown as killed it is not in the database.
    if (this.#gone.size > 0 && field.entity === "tag" && field.key === "runlab.end_reason") return this.#wider();
    const columns = this.columns(field);
    if (columns === undefined) return this.#wider();
    return this.#comparison(filter, columns);
  }

  /** Where a field is found; undefined when too many tables would be joined, or for a dataset, of which a run has many. */
  columns(field: Field): FieldColumns | undefined {
    const { entity, key } = field;
    if (entity === "metric") return this.#metric(field);
    if (entity === "param" || entity === "tag") {
      const alias = this.#join(entity === "param" ? "params" : "tags", key);
      if (alias === undefined) return undefined;
      const column = (name: string) => sql.ref(`${alias}.${name}`);
      return {
        exists: sql`${column("run")} is not null`,
        text: column("value"),
        number: column("number"),
        rank: column("rank"),
      };
    }
    if (entity === "dataset") return undefined;
    if (key === "status") return { text: shownColumns(this.#database, this.#gone).status };
    if (textAttributes.includes(key)) return { text: sql.ref(`r.${key}`) };
    if (key === "artifact_uri") return { text: locationColumn(this.#database, "r.artifact_uri") };
    if (key === "start_time") return { number: sql`r.start_time` };
    const { endTime } = shownColumns(this.#database, this.#gone);
    const exists = sql`${endTime} is not null`;
    if (key === "end_time") return { exists, number: endTime };
    return key === "duration" ? { exists, number: sql`(${endTime} - r.start_time)` } : undefined;
  }

  #metric({ key, aggregate, whole }: Field): FieldColumns | undefined {
    const alias = this.#join("metrics", key);
    if (alias === undefined) return undefined;
    const which = aggregate === "best" ? metricGoal(key) : (aggregate ?? "last");
    const number = sql.ref(`${alias}.${which === "last" ? "value" : `${which}_value`}`);
    const exists = which === "last" ? sql`${sql.ref(`${alias}.run`)} is not null` : sql`${number} is not null`;
    if (whole === undefined) return { exists, number };
    const other = this.#join("metrics", whole);
    if (other === undefined) return undefined;
    const isWhole = sql`${sql.ref(`${other}.run`)} is not null`;
    return {
      exists: sql`(${isWhole} or ${exists})`,
      number: sql`(case when ${isWhole} then ${sql.ref(`${other}.value`)} else ${number} end)`,
    };
  }

  #join(table: "params" | "tags" | "metrics", key: string): string | undefined {
    const name = `${table} ${key}`;
    const known = this.#joins.get(name);
    if (known !== undefined) return known.alias;
    if (this.#joins.size >= joinLimit) return undefined;
    const alias = `f${this.#joins.size}`;
    const join = sql`left join ${sql.table(table)} as ${sql.ref(alias)} on ${sql.ref(`${alias}.run`)} = r.id and ${sql.ref(`${alias}.key`)} = ${key}`;
    this.#joins.set(name, { alias, join });
    return alias;
  }

  #comparison(filter: Negated | Comparison, columns: FieldColumns): Sql | undefined {
    const { exists = sql`1 = 1`, text } = columns;
    switch (filter.kind) {
      case "null":
        return filter.comparator === "IS NULL" ? sql`not (${exists})` : exists;
      case "number":
        return this.#number(filter, columns, false);
      case "not":
        return this.#number(filter.part, columns, true);
      case "text":
        return text === undefined ? this.#wider() : this.#text(filter, text, exists);
      case "list":
        return text === undefined ? this.#wider() : this.#list(filter, text);
    }
  }

  #number({ comparator, value }: NumberComparison, columns: FieldColumns, negated: boolean): Sql | undefined {
    const { exists = sql`1 = 1`, number, rank } = columns;
    if (number === undefined || Number.isNaN(value)) return this.#wider();
    const compared = sql`${number} ${sql.raw(operators[comparator])} cast(${value} as double precision)`;
    // NaN differs from every number, and is neither less nor greater.
    const holdsForNaN = (comparator === "!=") !== negated;
    const known = negated ? sql`not (${compared})` : compared;
    if (!holdsForNaN) return sql`(${number} is not null and ${known})`;
    const notANumber = rank === undefined ? sql`${exists} and ${number} is null` : sql`${rank} = 2`;
    return sql`((${number} is not null and ${known}) or (${notANumber}))`;
  }

  #text({ comparator, value }: TextComparison, text: Sql, exists: Sql): Sql | undefined {
    if (comparator === "=") return sql`${text} = ${value}`;
    if (comparator === "!=") return sql`${text} <> ${value}`;
    this.exact = false;
    if (comparator === "NOT LIKE" || comparator === "NOT ILIKE" || value.length > patternLimit) return exists;
    // `_` is one character, but what a database cannot keep stands there as five: `text-codec.ts`.
    if (comparator === "LIKE") return sql`${text} like ${plainPattern(value.replaceAll("_", "%"))} escape '!'`;
    // What becomes ASCII in lower case is more than ASCII: the Kelvin sign, and the I with a dot.
    const ascii = value.toLowerCase().replace(/[^\0-\x7f]|[ik_]/g, "%");
    return sql`lower(${text}) like ${plainPattern(ascii)} escape '!'`;
  }

  #list({ comparator, value }: ListComparison, text: Sql): Sql | undefined {
    if (value.length === 0 || value.length > listLimit) return this.#wider();
    return sql`${text} ${sql.raw(comparator)} (${sql.join(value)})`;
  }

  /** A run has any number of datasets: one of them is enough. */
  #dataset(filter: Comparison | Negated): Sql | undefined {
    if (filter.kind === "not" || filter.kind === "number") return this.#wider();
    const column = sql.ref(`d.${filter.field.key}`);
    const any = (condition: Sql) => sql`exists (select 1 from inputs as d where d.run = r.id and ${condition})`;
    const has = sql`${column} is not null`;
    if (filter.kind === "null") return filter.comparator === "IS NULL" ? sql`not ${any(has)}` : any(has);
    const condition = filter.kind === "text" ? this.#text(filter, column, has) : this.#list(filter, column);
    return condition && any(condition);
  }

  #wider(): undefined {
    this.exact = false;
    return undefined;
  }
}

const operators: Readonly<Record<NumberComparator, string>> = {
  "=": "=",
  "!=": "<>",
  ">": ">",
  ">=": ">=",
  "<": "<",
  "<=": "<=",
};

/** With `!` as the escape, which then stands for itself. */
function plainPattern(pattern: string): string {
  return pattern.replaceAll("!", "!!");
}
