import { randomUUID } from "node:crypto";
import { TrackingError } from "../errors.js";
import type { LogImageOptions } from "./artifact-formats.js";
import { checkArtifactPath, checkKey, toTime } from "./validation.js";
import { isNamed, typeOf, wrongType } from "./value-type.js";

const kinds: ReadonlyArray<{ extensions: RegExp; name: string; magic: readonly number[] }> = [
  { extensions: /\.png$/i, name: "PNG", magic: [0x89, 0x50, 0x4e, 0x47] },
  { extensions: /\.jpe?g$/i, name: "JPEG", magic: [0xff, 0xd8, 0xff] },
  { extensions: /\.gif$/i, name: "GIF", magic: [0x47, 0x49, 0x46, 0x38] },
  { extensions: /\.webp$/i, name: "WebP", magic: [0x52, 0x49, 0x46, 0x46] },
];

const hint = "Pass the encoded bytes of the image, a base64 string, or a data URL.";

/**
 * The bytes of an encoded picture, a copy of their own.
 * @param file - name of the file that it is for; without one, any kind will do
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for what is neither bytes nor text that holds them, and when the bytes are not
 *   of the kind that the file's name says
 */
export function decodeImage(image: Uint8Array | string, file = ""): Uint8Array {
  const bytes = typeof image === "string" ? fromText(image) : toBytes(image);
  const kind = kinds.find(({ extensions }) => extensions.test(file));
  if (kind !== undefined && !isOf(kind, bytes)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The image for '${file}' is not a ${kind.name}.`, { hint });
  }
  return bytes;
}

/** A picture that is to wait until it is logged. @throws as {@link decodeImage}, and for a place that is none */
export function keepImage(image: Uint8Array | string, target: string | LogImageOptions): Uint8Array | string {
  if (typeof target === "string") decodeImage(image, checkArtifactPath(target));
  else imagePath(target, imageExtension(decodeImage(image)));
  return typeof image === "string" ? image : toBytes(image);
}

/** By its first bytes. @throws {TrackingError} INVALID_PARAMETER_VALUE for anything but a picture */
export function imageExtension(bytes: Uint8Array): string {
  const kind = kinds.find((known) => isOf(known, bytes));
  if (kind !== undefined) return kind.name === "JPEG" ? "jpg" : kind.name.toLowerCase();
  throw new TrackingError("INVALID_PARAMETER_VALUE", "The image is not a PNG, JPEG, GIF or WebP.", { hint });
}

/** Where MLflow's page looks for the pictures of a key. @see MLflow `MlflowClient.log_image` */
export function imagePath(options: LogImageOptions, extension: string): string {
  if (!isNamed(options)) {
    throw wrongType(
      `The second argument of logImage must be a file name or { key, step }; got ${typeOf(options)}.`,
      options,
    );
  }
  const { key, step = 0 } = options;
  checkKey("image", key);
  const timestamp = toTime(`The timestamp of image '${key}'`, options.timestamp ?? Date.now());
  if (!Number.isSafeInteger(step) || step < 0) {
    throw wrongType(`The step of image '${key}' must be a whole number of at least 0; got ${typeOf(step)}.`, step);
  }
  // As MLflow 3 names it: its artifact proxy reads `#` and `%41` in another way.
  const name = key.replaceAll("/", "~");
  return `images/${name}+step+${step}+timestamp+${timestamp}+${randomUUID()}.${extension}`;
}

function isOf({ magic }: (typeof kinds)[number], bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function toBytes(image: unknown): Uint8Array {
  if (image instanceof Uint8Array) return Uint8Array.from(image);
  throw wrongType(`An image must be bytes (a Uint8Array) or a string; got ${typeOf(image)}.`, image, hint);
}

/** Markup as it is, a data URL by its own rules, and else base64. */
function fromText(image: string): Uint8Array {
  if (image.trimStart().startsWith("<")) return Buffer.from(image, "utf8");
  const [, header, data = ""] = /^data:([^,]*),(.*)$/s.exec(image) ?? [];
  if (header !== undefined && !/;base64$/i.test(header.trim())) return Buffer.from(unescaped(data), "utf8");
  const base64 = (header === undefined ? image : unescaped(data)).replace(/\s/g, "");
  if (base64 !== "" && /^[\w+/-]+={0,2}$/.test(base64)) return Buffer.from(base64, "base64");
  throw wrongType(
    `An image given as a string must be base64, a data URL or markup; got ${typeOf(image)}.`,
    image,
    hint,
  );
}

function unescaped(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch {
    return data; // written without escapes, as many do: a lone % is itself
  }
}
