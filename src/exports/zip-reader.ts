import { constants } from "node:buffer";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { reasonOf, TrackingError } from "../errors.js";
import { temporaryFolder } from "../temporary-folder.js";
import type { ArtifactContent } from "../tracking/artifact-store.js";

/** A file of an archive that is open. */
export interface ZipMember {
  path: string;
  /** @throws {TrackingError} INVALID_PARAMETER_VALUE when it is damaged, no UTF-8 or too long for a text */
  text(): Promise<string>;
  /** Hands over the content: bytes, or a temporary file when it is large. @throws {TrackingError} INVALID_PARAMETER_VALUE when it is damaged */
  give(put: (content: ArtifactContent) => Promise<void>): Promise<void>;
}

/** Larger members are unpacked to a file first. Bytes. */
const inMemory = 16 * 2 ** 20;

/** An archive may unpack to so many bytes, or to so many times its size; `zipPieces` keeps below. A DEFLATE stream reaches 1,032. */
const largest = { bytes: 2 ** 30, ratio: 100 };

/** Most files of an archive: their names are in memory. */
const mostMembers = 1_000_000;

/** A zip archive whose names, sizes and places have been checked; what is in its files is checked when they are read. */
export class ZipReader {
  readonly members: readonly ZipMember[];
  readonly #archive: ZipFile;

  private constructor(archive: ZipFile, members: readonly ZipMember[]) {
    this.#archive = archive;
    this.members = members;
  }

  /**
   * @throws {TrackingError} INVALID_PARAMETER_VALUE for a file that is not a zip archive or is cut off; for names that lead out of it; for
   * one that unpacks to far more than its size, or whose files overlap
   */
  static async open(path: string): Promise<ZipReader> {
    const { openPromise } = await import("yauzl");
    const archive = await openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: true }).catch(
      damaged(path),
    );
    try {
      const members: ZipMember[] = [];
      let packed = 0;
      let unpacked = 0;
      if (archive.entryCount > mostMembers) {
        throw refused(
          path,
          `it has ${archive.entryCount.toLocaleString("en-US")} files; at most ${mostMembers.toLocaleString("en-US")} are read`,
        );
      }
      for await (const entry of archive.eachEntry()) {
        packed += entry.compressedSize;
        unpacked += entry.uncompressedSize;
        if (entry.isEncrypted()) throw refused(path, `'${entry.fileName}' in it is encrypted`);
        if (!entry.fileName.endsWith("/")) members.push(new Member(archive, entry, path));
      }
      if (packed > archive.fileSize) throw refused(path, "files in it overlap, as in a zip bomb");
      if (unpacked > Math.max(largest.bytes, largest.ratio * archive.fileSize)) {
        throw refused(
          path,
          `its ${archive.fileSize.toLocaleString("en-US")} bytes unpack to ${unpacked.toLocaleString("en-US")}, as in a zip bomb`,
        );
      }
      return new ZipReader(archive, members);
    } catch (error) {
      await closed(archive);
      throw error instanceof TrackingError ? error : damaged(path)(error);
    }
  }

  member(path: string): ZipMember | undefined {
    return this.members.find((member) => member.path === path);
  }

  async close(): Promise<void> {
    await closed(this.#archive);
  }
}

class Member implements ZipMember {
  readonly path: string;
  readonly #archive: ZipFile;
  readonly #entry: Entry;
  readonly #file: string;

  constructor(archive: ZipFile, entry: Entry, file: string) {
    this.path = entry.fileName;
    this.#archive = archive;
    this.#entry = entry;
    this.#file = file;
  }

  async text(): Promise<string> {
    const { uncompressedSize } = this.#entry;
    if (uncompressedSize > constants.MAX_STRING_LENGTH) {
      throw refused(
        this.#file,
        `'${this.path}' has ${uncompressedSize.toLocaleString("en-US")} bytes, more than a text can have`,
      );
    }
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(await this.#bytes());
    } catch (error) {
      if (error instanceof TrackingError) throw error;
      throw refused(this.#file, `'${this.path}' is not UTF-8`);
    }
  }

  async give(put: (content: ArtifactContent) => Promise<void>): Promise<void> {
    if (this.#entry.uncompressedSize <= inMemory) return put(await this.#bytes());
    const folder = temporaryFolder("runlab-import-").path;
    try {
      const file = join(folder, "file");
      await this.#pipe(createWriteStream(file));
      await put({ file });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    await this.#pipe(async (source) => {
      for await (const piece of source) pieces.push(piece);
    });
    return Buffer.concat(pieces);
  }

  /** yauzl checks the size, and not the checksum. */
  async #pipe(target: NodeJS.WritableStream | ((source: AsyncIterable<Uint8Array>) => Promise<void>)): Promise<void> {
    let sum = 0;
    const checked = new Transform({
      transform(piece: Buffer, _, done) {
        sum = crc32(piece, sum);
        done(null, piece);
      },
    });
    const wanted = this.#entry.crc32;
    try {
      const source = await this.#archive.openReadStreamPromise(this.#entry);
      await (typeof target === "function" ? pipeline(source, checked, target) : pipeline(source, checked, target));
    } catch (error) {
      throw refused(this.#file, `'${this.path}' is damaged (${reasonOf(error)})`);
    }
    if (sum !== wanted) throw refused(this.#file, `'${this.path}' is damaged: its checksum is wrong`);
  }
}

async function closed(archive: ZipFile): Promise<void> {
  if (!archive.isOpen) return;
  const done = new Promise((resolve) => archive.once("close", resolve));
  archive.close();
  await done;
}

function damaged(path: string): (cause: unknown) => never {
  return (cause) => {
    const reason = reasonOf(cause);
    const said = /End of central directory/.test(reason) ? "it is not a zip file, or only a part of one" : reason;
    throw refused(path, said.endsWith(".") ? said.slice(0, -1) : said);
  };
}

function refused(path: string, why: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", `The archive ${path} cannot be imported: ${why}.`, {
    hint: "Import a file that runlab has exported. If it was cut off or changed on its way, copy or export it again.",
  });
}
