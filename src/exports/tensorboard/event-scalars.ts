import { Fields, NoEvent, wire } from "./fields.js";
import { PointColumns } from "./point-columns.js";

// Numbers of fields: tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto. Read by hand: of millions of
// small messages, a general reader makes objects that nobody looks at.

const none = Buffer.alloc(0);

/** The parts of an event that are not scalars, by field. */
const eventParts: Readonly<Record<number, string>> = {
  4: "graphs",
  6: "log messages",
  8: "run metadata",
  9: "graphs",
};
const valueParts: Readonly<Record<number, string>> = {
  3: "histograms",
  4: "images",
  5: "histograms",
  6: "audio clips",
};

/** Gathers the scalars of the events of one run, and counts all else. */
export class EventScalars {
  /** By tag, in the order of the events. */
  readonly points = new Map<string, PointColumns>();
  /** What else there was: "images", or the name of a plugin. */
  readonly others = new Map<string, number>();
  /** Of the first and last event that is not the file's head, ms since the epoch. */
  firstTime: number | undefined;
  lastTime: number | undefined;
  /** A tag's plugin stands only with its first value. */
  readonly #plugins = new Map<string, string>();
  readonly #tags = new KnownTags();
  #seen: Buffer = none;
  #lastView: DataView = new DataView(none.buffer, none.byteOffset, none.byteLength);
  // One for each depth, instead of three objects per event.
  readonly #event = new Fields(none, 0, 0);
  readonly #summary = new Fields(none, 0, 0);
  readonly #valueFields = new Fields(none, 0, 0);

  /**
   * Reads one event: `bytes[start]` to `bytes[end - 1]`.
   * @throws {NoEvent} for what cannot be read, before anything of it is taken
   */
  read(bytes: Buffer, start: number, end: number): void {
    let wallTime = Number.NaN;
    let step = 0;
    let summary: Part | undefined;
    const reader = this.#event.of(bytes, start, end);
    while (reader.next()) {
      const { field, type } = reader;
      if (field === 1 && type === wire.fixed64) wallTime = this.#view(bytes).getFloat64(reader.at, true);
      else if (field === 2 && type === wire.varint) step = reader.integer();
      else if (field === 5 && type === wire.bytes) summary = { start: reader.at, end: reader.end };
      else if (type === wire.bytes) this.#count(eventParts[field]);
    }
    if (summary === undefined) return;
    const time = Math.round(wallTime * 1000);
    if (!(time >= 0 && time <= 8.64e15)) throw new NoEvent(`its time is ${wallTime}`);
    if (!Number.isSafeInteger(step)) throw new NoEvent(`its step is ${step}`);
    this.firstTime = Math.min(this.firstTime ?? time, time);
    this.lastTime = Math.max(this.lastTime ?? time, time);
    const values = this.#summary.of(bytes, summary.start, summary.end);
    while (values.next()) {
      if (values.field === 1 && values.type === wire.bytes) this.#value(bytes, values.at, values.end, step, time);
    }
  }

  #value(bytes: Buffer, start: number, end: number, step: number, timestamp: number): void {
    let tag = "";
    let value: number | undefined;
    let tensor: Part | undefined;
    let other: string | undefined;
    const reader = this.#valueFields.of(bytes, start, end);
    while (reader.next()) {
      const { field, type } = reader;
      if (field === 1 && type === wire.bytes) tag = this.#tags.text(bytes, reader.at, reader.end);
      else if (field === 2 && type === wire.fixed32) value = this.#view(bytes).getFloat32(reader.at, true);
      else if (field === 8 && type === wire.bytes) tensor = { start: reader.at, end: reader.end };
      else if (field === 9 && type === wire.bytes) this.#plugin(tag, bytes, reader.at, reader.end);
      else if (type === wire.bytes) other = valueParts[field] ?? other;
    }
    if (tensor !== undefined) {
      const plugin = this.#plugins.get(tag) ?? "";
      if (plugin === "scalars" || plugin === "") value = tensorScalar(bytes, tensor.start, tensor.end);
      if (value === undefined) other = plugin === "" || plugin === "scalars" ? "tensors" : `${plugin} (plugin)`;
    }
    if (value === undefined) {
      this.#count(other);
      return;
    }
    let points = this.points.get(tag);
    if (points === undefined) {
      points = new PointColumns();
      this.points.set(tag, points);
    }
    points.push(step, value, timestamp);
  }

  /** SummaryMetadata: plugin_data 1, in which plugin_name is 1. The tag stands before it, as protobuf's writers order fields. */
  #plugin(tag: string, bytes: Buffer, start: number, end: number): void {
    if (this.#plugins.has(tag)) return;
    const metadata = new Fields(bytes, start, end);
    while (metadata.next()) {
      if (metadata.field !== 1 || metadata.type !== wire.bytes) continue;
      const plugin = new Fields(bytes, metadata.at, metadata.end);
      while (plugin.next()) if (plugin.field === 1 && plugin.type === wire.bytes) this.#plugins.set(tag, plugin.text());
    }
  }

  #view(bytes: Buffer): DataView {
    if (this.#seen !== bytes) {
      this.#seen = bytes;
      this.#lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#lastView;
  }

  #count(kind: string | undefined): void {
    if (kind !== undefined) this.others.set(kind, (this.others.get(kind) ?? 0) + 1);
  }
}

interface Tag {
  readonly bytes: Buffer;
  readonly text: string;
  /** What came after it the last time: a loop logs its tags in the same order each time. */
  next?: Tag;
}

/** The texts of tags that were met: a run has a few, in millions of events, and making a text of bytes each time is slow. */
class KnownTags {
  readonly #byHash = new Map<number, Tag[]>();
  #last: Tag | undefined;

  text(bytes: Buffer, start: number, end: number): string {
    const expected = this.#last?.next;
    const tag =
      expected !== undefined && isSame(expected.bytes, bytes, start, end) ? expected : this.#find(bytes, start, end);
    if (this.#last !== undefined) this.#last.next = tag;
    this.#last = tag;
    return tag.text;
  }

  #find(bytes: Buffer, start: number, end: number): Tag {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    const known = this.#byHash.get(hash) ?? [];
    for (const tag of known) {
      if (isSame(tag.bytes, bytes, start, end)) return tag;
    }
    const tag: Tag = { bytes: Buffer.from(bytes.subarray(start, end)), text: bytes.toString("utf8", start, end) };
    if (known.length < 8) this.#byHash.set(hash, [...known, tag]);
    return tag;
  }
}

/** Short as tags are, faster than `Buffer.compare`. */
function isSame(tag: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (tag.length !== end - start) return false;
  for (let at = start; at < end; at++) if (bytes[at] !== tag[at - start]) return false;
  return true;
}

interface Part {
  start: number;
  end: number;
}

/** DataType, by its number: bytes of one value in `tensor_content`, and how it is read there. */
const contentTypes: Readonly<Record<number, { size: number; read(bytes: Buffer, at: number): number }>> = {
  1: { size: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  2: { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
  3: { size: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  4: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  5: { size: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  6: { size: 1, read: (bytes, at) => bytes.readInt8(at) },
  9: { size: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  10: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  14: { size: 2, read: (bytes, at) => bfloat16(bytes.readUInt16LE(at)) },
  17: { size: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  19: { size: 2, read: (bytes, at) => float16(bytes.readUInt16LE(at)) },
  22: { size: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  23: { size: 8, read: (bytes, at) => Number(bytes.readBigUInt64LE(at)) },
};

/** The number of a TensorProto that holds one. @returns undefined for one of several values, or of text */
function tensorScalar(bytes: Buffer, start: number, end: number): number | undefined {
  let dtype = 0;
  let value: number | undefined;
  let count = 0;
  const reader = new Fields(bytes, start, end);
  const each = (size: number, read: (at: number) => number) => {
    for (let at = reader.at; at + size <= reader.end; at += size) {
      value = read(at);
      count++;
    }
  };
  const integers = (read: (number: number) => number = (number) => number) => {
    if (reader.type === wire.varint) {
      value = read(reader.integer());
      count++;
      return;
    }
    for (const number of reader.integers()) {
      value = read(number);
      count++;
    }
  };
  while (reader.next()) {
    const { field, type } = reader;
    if (field === 1 && type === wire.varint) dtype = reader.integer();
    else if (field === 2 && type === wire.bytes) {
      if (elements(bytes, reader.at, reader.end) !== 1) return undefined;
    } else if (field === 4 && type === wire.bytes) {
      const content = contentTypes[dtype];
      if (content !== undefined && reader.end > reader.at) each(content.size, (at) => content.read(bytes, at));
    } else if (field === 5) each(4, (at) => bytes.readFloatLE(at));
    else if (field === 6) each(8, (at) => bytes.readDoubleLE(at));
    else if (field === 7 || field === 10 || field === 11 || field === 16 || field === 17) integers();
    else if (field === 13) integers(dtype === 14 ? bfloat16 : float16);
  }
  if (contentTypes[dtype] === undefined || count > 1) return undefined;
  // Zeros at the end of a tensor need not be written.
  return value ?? 0;
}

/** How many values a TensorShapeProto has: its dims are 2, and a dim's size is 1. */
function elements(bytes: Buffer, start: number, end: number): number {
  let product = 1;
  const shape = new Fields(bytes, start, end);
  while (shape.next()) {
    if (shape.field !== 2 || shape.type !== wire.bytes) continue;
    let size = 0;
    const dim = new Fields(bytes, shape.at, shape.end);
    while (dim.next()) if (dim.field === 1 && dim.type === wire.varint) size = dim.integer();
    product *= size;
  }
  return product;
}

function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

/** IEEE 754 binary16. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
