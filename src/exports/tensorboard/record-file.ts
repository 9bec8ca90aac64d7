import { type FileHandle, open } from "node:fs/promises";
import { maskedCrc32c } from "./crc32c.js";

/** What is in a file of records. Offsets are in bytes from its start. */
export interface RecordListener {
  /** The record's data is `bytes[start]` to `bytes[end - 1]`, only until this returns. */
  record(bytes: Buffer, start: number, end: number, offset: number): void;
  /** `length` bytes at `offset` are no record that can be read. */
  damage(offset: number, length: number, why: string): void;
  /** So many more bytes have been gone through; a few times per file. */
  advance?(bytes: number): void;
}

/** Length and its checksum, before the data; the data's checksum is behind it. Bytes. */
const headLength = 12;
const footLength = 4;

/** Bytes read at once. */
const windowLength = 8 * 2 ** 20;

/** Protobuf's own limit of a message, bytes. */
const longestRecord = 2 ** 31 - 1;

/**
 * Reads a TFRecord file: of each record a length (uint64), its checksum, the data, its checksum. One whose data is damaged is left
 * out; where a length is damaged, reading goes on at the next place that has a length with its checksum. At most one record
 * or a few MB are in memory.
 * @throws {Error} of the file system
 */
export async function readRecords(path: string, listener: RecordListener): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const window = new Window(file, size);
    let at = 0;
    let told = 0;
    const load = async (length: number) => {
      listener.advance?.(at - told);
      told = at;
      await window.load(at, length);
    };
    while (at < size) {
      const left = size - at;
      if (left < headLength + footLength) {
        listener.damage(at, left, cutOff);
        return;
      }
      if (!window.holds(at, headLength)) await load(headLength);
      const length = window.lengthAt(at);
      if (length === undefined) {
        const next = await nextRecord(window, at + 1, size);
        listener.damage(at, next - at, "the length of a record has the wrong checksum");
        at = next;
        continue;
      }
      const whole = headLength + length + footLength;
      if (whole > left) {
        listener.damage(at, left, cutOff);
        return;
      }
      if (length > longestRecord) {
        listener.damage(at, whole, "the record is longer than an event can be");
      } else {
        if (!window.holds(at, whole)) await load(whole);
        const start = at - window.offset + headLength;
        const end = start + length;
        if (maskedCrc32c(window.bytes, start, end) === window.view.getUint32(end, true)) {
          listener.record(window.bytes, start, end, at);
        } else listener.damage(at, whole, "the record has the wrong checksum");
      }
      at += whole;
    }
    listener.advance?.(size - told);
  } finally {
    await file.close();
  }
}

const cutOff = "the last record is cut off, as in a file that is still being written";

/** Where the next record begins that has a length with its checksum; `size` when there is none. */
async function nextRecord(window: Window, from: number, size: number): Promise<number> {
  for (let at = from; at + headLength <= size; at++) {
    if (!window.holds(at, headLength)) await window.load(at, headLength);
    const length = window.lengthAt(at);
    if (length !== undefined && at + headLength + length + footLength <= size) return at;
  }
  return size;
}

/** A part of a file in memory. */
class Window {
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Of its first byte in the file. */
  offset = 0;
  readonly #file: FileHandle;
  readonly #size: number;
  #filled = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  holds(offset: number, length: number): boolean {
    return offset >= this.offset && offset + length <= this.offset + this.#filled;
  }

  /** Moves to `offset`, and holds `length` bytes at least, which the file has. */
  async load(offset: number, length: number): Promise<void> {
    const wanted = Math.min(Math.max(length, windowLength), this.#size - offset);
    if (this.bytes.length < wanted) {
      this.bytes = Buffer.allocUnsafeSlow(wanted);
      this.view = new DataView(this.bytes.buffer);
    }
    this.offset = offset;
    this.#filled = 0;
    while (this.#filled < wanted) {
      const { bytesRead } = await this.#file.read(
        this.bytes,
        this.#filled,
        wanted - this.#filled,
        offset + this.#filled,
      );
      if (bytesRead === 0) throw new Error(`It became shorter than ${this.#size} bytes while it was read.`);
      this.#filled += bytesRead;
    }
  }

  /** The length of the record at `offset`, when its checksum is right. Its head is in the window. */
  lengthAt(offset: number): number | undefined {
    const at = offset - this.offset;
    const { view } = this;
    if (maskedCrc32c(this.bytes, at, at + 8) !== view.getUint32(at + 8, true)) return undefined;
    return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  }
}
