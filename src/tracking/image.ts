import { TrackingError } from "../errors.js";

const kinds: ReadonlyArray<{ extensions: RegExp; name: string; magic: readonly number[] }> = [
  { extensions: /\.png$/i, name: "PNG", magic: [0x89, 0x50, 0x4e, 0x47] },
  { extensions: /\.jpe?g$/i, name: "JPEG", magic: [0xff, 0xd8, 0xff] },
  { extensions: /\.gif$/i, name: "GIF", magic: [0x47, 0x49, 0x46, 0x38] },
  { extensions: /\.webp$/i, name: "WebP", magic: [0x52, 0x49, 0x46, 0x46] },
];

/**
 * The bytes of an encoded picture.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when the bytes are not of the kind that the file's name says
 */
export function decodeImage(image: Uint8Array | string, file: string): Uint8Array {
  const bytes = typeof image === "string" ? fromText(image) : image;
  const kind = kinds.find(({ extensions }) => extensions.test(file));
  if (kind !== undefined && !kind.magic.every((byte, index) => bytes[index] === byte)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The image for '${file}' is no ${kind.name}.`, {
      hint: "Give the encoded bytes of the picture, their base64 text, or a data URL.",
    });
  }
  return bytes;
}

function fromText(image: string): Uint8Array {
  if (image.trimStart().startsWith("<svg")) return Buffer.from(image, "utf8");
  return Buffer.from(image.replace(/^data:[^,]*,/, ""), "base64");
}
