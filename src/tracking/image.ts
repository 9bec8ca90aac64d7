import { randomUUID } from "node:crypto";
import { TrackingError } from "../errors.js";
import type { LogImageOptions } from "./artifact-formats.js";
import { checkKey } from "./validation.js";

const kinds: ReadonlyArray<{ extensions: RegExp; name: string; magic: readonly number[] }> = [
  { extensions: /\.png$/i, name: "PNG", magic: [0x89, 0x50, 0x4e, 0x47] },
  { extensions: /\.jpe?g$/i, name: "JPEG", magic: [0xff, 0xd8, 0xff] },
  { extensions: /\.gif$/i, name: "GIF", magic: [0x47, 0x49, 0x46, 0x38] },
  { extensions: /\.webp$/i, name: "WebP", magic: [0x52, 0x49, 0x46, 0x46] },
];

/**
 * The bytes of an encoded picture.
 * @param file - name of the file that it is for; without one, any kind will do
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when the bytes are not of the kind that the file's name says
 */
export function decodeImage(image: Uint8Array | string, file = ""): Uint8Array {
  const bytes = typeof image === "string" ? fromText(image) : image;
  const kind = kinds.find(({ extensions }) => extensions.test(file));
  if (kind !== undefined && !isOf(kind, bytes)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The image for '${file}' is no ${kind.name}.`, {
      hint: "Give the encoded bytes of the picture, their base64 text, or a data URL.",
    });
  }
  return bytes;
}

/** By its first bytes. @throws {TrackingError} INVALID_PARAMETER_VALUE for what is no picture */
export function imageExtension(bytes: Uint8Array): string {
  const kind = kinds.find((known) => isOf(known, bytes));
  if (kind !== undefined) return kind.name === "JPEG" ? "jpg" : kind.name.toLowerCase();
  throw new TrackingError("INVALID_PARAMETER_VALUE", "The image is no PNG, JPEG, GIF or WebP.", {
    hint: "Give the encoded bytes of the picture, their base64 text, or a data URL.",
  });
}

/** Where MLflow's page looks for the pictures of a key. @see MLflow `MlflowClient.log_image` */
export function imagePath({ key, step = 0, timestamp = Date.now() }: LogImageOptions, extension: string): string {
  checkKey("image", key);
  if (!Number.isInteger(step) || step < 0) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The step of image '${key}' is ${step}; it is a whole number.`);
  }
  const name = key.replaceAll("/", "#");
  return `images/${name}%step%${step}%timestamp%${Math.trunc(timestamp)}%${randomUUID()}.${extension}`;
}

function isOf({ magic }: (typeof kinds)[number], bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function fromText(image: string): Uint8Array {
  if (image.trimStart().startsWith("<svg")) return Buffer.from(image, "utf8");
  return Buffer.from(image.replace(/^data:[^,]*,/, ""), "base64");
}
