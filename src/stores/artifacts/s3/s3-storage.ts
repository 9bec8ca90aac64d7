import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import type * as Sdk from "@aws-sdk/client-s3";
import { TrackingError } from "../../../errors.js";
import { peerPackage } from "../../../peer-package.js";
import type { OnSent } from "../../../tracking/artifact-store.js";
import { s3Error } from "./s3-error.js";
import { uploadFile } from "./upload-file.js";

/** An object, or the folder of those whose keys begin with this one and a slash. */
export interface S3Location {
  bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  key: string;
}

/** What is directly in a folder. */
export interface S3Folder {
  files: Array<{ name: string; size: number }>;
  folders: string[];
}

const uriForm = /^s3a?:\/\/([^/]+)(?:\/(.*))?$/i;

export function isS3Uri(uri: string): boolean {
  return /^s3a?:/i.test(uri);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for one without a bucket */
export function parseS3Uri(uri: string): S3Location {
  const [, bucket, path = ""] = uriForm.exec(uri) ?? [];
  if (bucket === undefined) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `'${uri}' does not name a bucket.`, {
      hint: "An example is s3://bucket/runs.",
    });
  }
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return { bucket, key: path.slice(0, end) };
}

/** How long a connection, and then an answer that says nothing, is waited for, ms. */
const connectMs = 10_000;
const silenceMs = 120_000;

/** Objects that one request removes, by S3's limit. */
const removedAtOnce = 1000;

/**
 * The objects of S3, or of storage that speaks its protocol, as AWS's and MLflow's variables say it. The SDK is loaded with the first
 * use: it need not be installed for anything else.
 */
export class S3Storage {
  #opened: Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> | undefined;

  async put({ bucket, key }: S3Location, body: Uint8Array): Promise<void> {
    await this.#ask(bucket, (sdk, client) =>
      client.send(new sdk.PutObjectCommand({ ...uploadSettings(), Bucket: bucket, Key: key, Body: body })),
    );
  }

  /** In parts when it is large; the object appears when all of it is there. */
  async putFile({ bucket, key }: S3Location, file: string, onSent?: OnSent): Promise<void> {
    await this.#ask(bucket, (sdk, client) =>
      uploadFile({ sdk, client, target: { ...uploadSettings(), Bucket: bucket, Key: key }, file, onSent }),
    );
  }

  /** Undefined when there is no such object. An error on the way is one of the stream's. */
  async open({ bucket, key }: S3Location): Promise<Readable | undefined> {
    return this.#ask(bucket, async (sdk, client) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body as Readable | undefined;
      } catch (error) {
        if ((error as Error).name === "NoSuchKey") return undefined;
        throw error;
      }
    });
  }

  async has({ bucket, key }: S3Location): Promise<boolean> {
    return this.#ask(bucket, async (sdk, client) => {
      try {
        await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }));
        return true;
      } catch (error) {
        // An answer without a body says neither whether it is the key or the bucket that is missing.
        if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return false;
        throw error;
      }
    });
  }

  async hasFolder(location: S3Location): Promise<boolean> {
    for await (const page of this.#pages(location, { MaxKeys: 1 })) return (page.Contents ?? []).length > 0;
    return false;
  }

  /** All of it, however many pages it has. */
  async list(location: S3Location): Promise<S3Folder> {
    const found: S3Folder = { files: [], folders: [] };
    const start = prefixOf(location).length;
    for await (const { Contents = [], CommonPrefixes = [] } of this.#pages(location, { Delimiter: "/" })) {
      for (const { Key = "", Size = 0 } of Contents) {
        const name = decoded(Key).slice(start);
        // Consoles make a folder of an empty object whose key is its prefix.
        if (name !== "") found.files.push({ name, size: Size });
      }
      for (const { Prefix = "" } of CommonPrefixes) found.folders.push(decoded(Prefix).slice(start, -1));
    }
    return found;
  }

  async remove({ bucket, key }: S3Location): Promise<void> {
    await this.#ask(bucket, (sdk, client) => client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key })));
  }

  /** @returns how many objects there were */
  async removeFolder(location: S3Location): Promise<number> {
    let count = 0;
    for await (const { Contents = [] } of this.#pages(location, { MaxKeys: removedAtOnce })) {
      const Objects = Contents.map(({ Key = "" }) => ({ Key: decoded(Key) }));
      if (Objects.length === 0) continue;
      count += Objects.length;
      const { Errors: [failed] = [] } = await this.#ask(location.bucket, (sdk, client) =>
        client.send(new sdk.DeleteObjectsCommand({ Bucket: location.bucket, Delete: { Objects, Quiet: true } })),
      );
      if (failed !== undefined) throw s3Error({ name: failed.Code, message: failed.Message }, location.bucket);
    }
    return count;
  }

  /** It can be used again afterwards. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened?.catch(() => undefined))?.client.destroy();
  }

  async *#pages(
    location: S3Location,
    options: { MaxKeys?: number; Delimiter?: string },
  ): AsyncGenerator<Sdk.ListObjectsV2CommandOutput> {
    let token: string | undefined;
    do {
      const input = { Bucket: location.bucket, Prefix: prefixOf(location), EncodingType: "url", ...options } as const;
      const page: Sdk.ListObjectsV2CommandOutput = await this.#ask(location.bucket, (sdk, client) =>
        client.send(new sdk.ListObjectsV2Command({ ...input, ...(token && { ContinuationToken: token }) })),
      );
      yield page;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async #ask<T>(bucket: string, work: (sdk: typeof Sdk, client: Sdk.S3Client) => Promise<T>): Promise<T> {
    const { sdk, client } = await this.#open();
    try {
      return await work(sdk, client);
    } catch (error) {
      throw s3Error(error, bucket);
    }
  }

  #open(): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> {
    this.#opened ??= load().catch((error: unknown) => {
      // It may be installed by the next time.
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }
}

async function load(): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> {
  const loaded = await peerPackage("@aws-sdk/client-s3", "Storage in S3", undefined, TrackingError);
  const sdk = loaded as unknown as typeof Sdk;
  return { sdk, client: new sdk.S3Client(settings(process.env)) };
}

/** What the SDK does not read by itself: MLflow's variables, and boto3's for a region and for authorities. */
function settings(env: NodeJS.ProcessEnv): Sdk.S3ClientConfig {
  const endpoint = env.MLFLOW_S3_ENDPOINT_URL || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  // Storage of others often has no regions, but requests are signed with one.
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint === undefined ? undefined : "us-east-1");
  const anyCertificate = env.MLFLOW_S3_IGNORE_TLS?.toLowerCase() === "true";
  const ca = env.AWS_CA_BUNDLE ? readFileSync(env.AWS_CA_BUNDLE) : undefined;
  return {
    ...(endpoint !== undefined && {
      endpoint,
      forcePathStyle: env.MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE !== "virtual",
      // Much of it knows no checksum after a body.
      ...(!env.AWS_REQUEST_CHECKSUM_CALCULATION && { requestChecksumCalculation: "WHEN_REQUIRED" as const }),
    }),
    ...(region !== undefined && { region }),
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: silenceMs,
      ...((anyCertificate || ca !== undefined) && {
        httpsAgent: { keepAlive: true, rejectUnauthorized: !anyCertificate, ...(ca !== undefined && { ca }) },
      }),
    },
  };
}

/** MLflow's variable, such as `{"ServerSideEncryption": "aws:kms"}`. @throws {TrackingError} INVALID_PARAMETER_VALUE */
function uploadSettings(): object {
  const text = process.env.MLFLOW_S3_UPLOAD_EXTRA_ARGS;
  if (!text) return {};
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null && !Array.isArray(read)) return read;
  } catch {
    // Said below.
  }
  throw new TrackingError("INVALID_PARAMETER_VALUE", "MLFLOW_S3_UPLOAD_EXTRA_ARGS is not a JSON object.", {
    hint: 'An example is {"ServerSideEncryption": "aws:kms"}.',
  });
}

function prefixOf({ key }: S3Location): string {
  return key === "" ? "" : `${key}/`;
}

/** Keys in lists are encoded: XML has no form for some characters. */
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}
