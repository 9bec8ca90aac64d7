import { maskedCrc32c } from "../../../src/exports/tensorboard/crc32c.js";

// Event files as TensorFlow and PyTorch write them. @see tensorflow/core/util/event.proto

export function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const more = rest > 0x7fn ? 0x80 : 0;
    bytes.push(Number(rest & 0x7fn) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** A field of bytes, text or a message. */
export function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function double(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(number * 8 + 1), bytes]);
}

export function integer(number: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

export function float(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint(number * 8 + 5), bytes]);
}

/** The value that PyTorch writes. */
export function simpleValue(tag: string, value: number): Buffer {
  return Buffer.concat([field(1, tag), float(2, value)]);
}

/** The value that TensorFlow 2 writes: a tensor without dims, and at first the plugin that shows it. */
export function tensorValue(tag: string, tensor: Uint8Array, plugin?: string): Buffer {
  const metadata = plugin === undefined ? [] : [field(9, field(1, field(1, plugin)))];
  return Buffer.concat([field(1, tag), field(8, tensor), ...metadata]);
}

/** @param wallTime - in seconds */
export function event(wallTime: number, step: number | bigint, ...values: Uint8Array[]): Buffer {
  const summary = Buffer.concat(values.map((value) => field(1, value)));
  return Buffer.concat([double(1, wallTime), integer(2, step), field(5, summary)]);
}

/** The first event of a file. */
export const head = Buffer.concat([double(1, 1_700_000_000), field(3, "brain.Event:2")]);

export function record(data: Uint8Array): Buffer {
  const all = Buffer.alloc(16 + data.length);
  all.writeBigUInt64LE(BigInt(data.length), 0);
  all.writeUInt32LE(maskedCrc32c(all, 0, 8), 8);
  all.set(data, 12);
  all.writeUInt32LE(maskedCrc32c(data, 0, data.length), 12 + data.length);
  return all;
}
