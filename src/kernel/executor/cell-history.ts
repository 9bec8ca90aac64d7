/** Cells whose values `Out` keeps: each holds what it leads to in memory. */
const valuesKept = 1_000;
/** Cells whose texts `In` keeps. */
const textsKept = 10_000;

/**
 * `In[n]`, `Out[n]` and `_` as IPython has them: the text of cell n, its value, and the latest value. They are globals that a
 * cell may declare or assign itself; then the user's own stay.
 */
export class CellHistory {
  readonly #texts: Record<number, string> = {};
  readonly #values: Record<number, unknown> = {};
  #latest: unknown;

  /** Texts of the latest 10,000 cells, by their numbers. */
  get texts(): Readonly<Record<number, string>> {
    return this.#texts;
  }

  begin(count: number, source: string): void {
    this.#texts[count] = source;
    // Cells are counted one by one.
    delete this.#texts[count - textsKept];
    delete this.#values[count - valuesKept];
  }

  /** Remembers what a cell has shown as its value. */
  end(count: number, value: unknown): void {
    this.#latest = value;
    this.#values[count] = value;
  }

  /** Forgets values (`%reset`), but no texts. */
  reset(): void {
    this.#latest = undefined;
    for (const count of Object.keys(this.#values)) delete this.#values[Number(count)];
  }

  /** Puts the names on an object; what is assigned to one takes its place. */
  defineOn(target: object): void {
    const own: Record<string, () => unknown> = {
      In: () => this.#texts,
      Out: () => this.#values,
      _: () => this.#latest,
    };
    for (const [name, get] of Object.entries(own)) {
      const set = (value: unknown): void => {
        Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });
      };
      Object.defineProperty(target, name, { get, set, configurable: true, enumerable: false });
    }
  }
}
