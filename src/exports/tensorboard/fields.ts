/** Protobuf's wire types. @see protobuf.dev/programming-guides/encoding */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Thrown for bytes that are not an event, and caught by the reader of the file. */
export class NoEvent extends Error {
  override readonly name = "NoEvent";
}

/** The fields of a protobuf message, one after the other: where the value of each lies. */
export class Fields {
  /** Its number. */
  field = 0;
  /** One of {@link wire}. */
  type = 0;
  /** The value is `bytes[at]` to `bytes[end - 1]`. */
  at = 0;
  end = 0;
  #bytes: Buffer;
  #last: number;

  /** The message is `bytes[start]` to `bytes[end - 1]`. */
  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#last = end;
    this.end = start;
  }

  /** Begins with another message: for a reader of many. @returns itself */
  of(bytes: Buffer, start: number, end: number): this {
    this.#bytes = bytes;
    this.#last = end;
    this.end = start;
    return this;
  }

  /** Goes to the next field. @returns false after the last one @throws {NoEvent} when it is cut off or of no known type */
  next(): boolean {
    this.at = this.end;
    if (this.at >= this.#last) return false;
    this.end = this.#last;
    const first = this.#bytes[this.at] as number;
    const key = first < 0x80 ? first : this.integer();
    if (first < 0x80) this.at++;
    this.field = Math.floor(key / 8);
    this.type = key & 7;
    if (this.type === wire.bytes) {
      const length = this.integer();
      this.end = this.at + length;
    } else if (this.type === wire.fixed64) this.end = this.at + 8;
    else if (this.type === wire.fixed32) this.end = this.at + 4;
    else if (this.type === wire.varint) this.end = this.#endOfVarint();
    else throw new NoEvent(`a field in it has the type ${this.type}`);
    if (this.end > this.#last || this.field === 0) throw new NoEvent("a field in it is cut off");
    return true;
  }

  /** The value as UTF-8 text. */
  text(): string {
    return this.#bytes.toString("utf8", this.at, this.end);
  }

  /** The values of a packed field of integers. */
  *integers(): Generator<number> {
    while (this.at < this.end) yield this.integer();
  }

  /** Reads the int64 at `at` and goes past it; beyond 2^53 the nearest number. */
  integer(): number {
    let value = 0;
    let scale = 1;
    const start = this.at;
    for (let at = start; at < this.end; at++) {
      const byte = this.#bytes[at] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.at = at + 1;
        return value;
      }
      // Seven bytes have 49 bits, of which each sum is exact.
      if (at - start === 6) return this.#longInteger(start);
      scale *= 128;
    }
    throw new NoEvent("a number in it is cut off");
  }

  #longInteger(start: number): number {
    let value = 0n;
    for (let at = start; at < Math.min(this.end, start + 10); at++) {
      const byte = this.#bytes[at] as number;
      value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
      if (byte >= 0x80) continue;
      this.at = at + 1;
      return Number(BigInt.asIntN(64, value));
    }
    throw new NoEvent("a number in it is too long");
  }

  #endOfVarint(): number {
    let at = this.at;
    while (at < this.end && (this.#bytes[at] as number) >= 0x80) at++;
    return at + 1;
  }
}
