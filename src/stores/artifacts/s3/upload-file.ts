import { type FileHandle, open } from "node:fs/promises";
import type * as Sdk from "@aws-sdk/client-s3";
import type { CompletedPart, PutObjectCommandInput, S3Client } from "@aws-sdk/client-s3";
import { TrackingError } from "../../../errors.js";
import type { OnSent } from "../../../tracking/artifact-store.js";

/** Bytes of a part: boto3's, and so MLflow's. A file up to this size is one request. */
const smallestPart = 8 * 1024 * 1024;

/** S3's limit. */
const maxParts = 10_000;

/** Parts that are on their way at a time, each in memory, so that one which does not get there can be sent again. */
const atOnce = 4;

export interface FileUpload {
  sdk: typeof Sdk;
  client: S3Client;
  /** Bucket, key, and how the object is kept. */
  target: PutObjectCommandInput;
  /** On this machine. */
  file: string;
  /** Hears of each part that has got there. */
  onSent?: OnSent | undefined;
}

/** Uploads a file; the object appears when it is whole. */
export async function uploadFile(upload: FileUpload): Promise<void> {
  const handle = await open(upload.file);
  try {
    const { size } = await handle.stat();
    if (size > smallestPart) await uploadParts(upload, handle, size);
    else {
      const Body = await readPart(handle, 0, size, upload.file);
      await upload.client.send(new upload.sdk.PutObjectCommand({ ...upload.target, Body }));
    }
  } finally {
    await handle.close();
  }
}

async function uploadParts(upload: FileUpload, handle: FileHandle, size: number): Promise<void> {
  const { sdk, client, target, file, onSent } = upload;
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(target));
  const { Bucket, Key } = target;
  const partSize = Math.max(smallestPart, Math.ceil(size / maxParts));
  const parts: CompletedPart[] = [];
  let next = 0;
  let failed = false;
  const work = async () => {
    while (!failed && next * partSize < size) {
      const at = next++;
      const Body = await readPart(handle, at * partSize, Math.min(partSize, size - at * partSize), file);
      const PartNumber = at + 1;
      const { ETag } = await client.send(new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      onSent?.(Body.length);
      parts.push({ PartNumber, ...(ETag !== undefined && { ETag }) });
    }
  };
  try {
    // The file stays open until the last of them has ended.
    const ends = await Promise.allSettled(
      Array.from({ length: atOnce }, () =>
        work().catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    const end = ends.find((one) => one.status === "rejected");
    if (end !== undefined) throw end.reason;
    parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    await client.send(
      new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }),
    );
  } catch (error) {
    // Parts that nobody completes are kept, and paid for.
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    throw error;
  }
}

async function readPart(handle: FileHandle, start: number, length: number, file: string): Promise<Buffer> {
  const part = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await handle.read(part, filled, length - filled, start + filled);
    if (bytesRead === 0) {
      throw new TrackingError("INVALID_STATE", `The file '${file}' became shorter while it was uploaded.`);
    }
    filled += bytesRead;
  }
  return part;
}
