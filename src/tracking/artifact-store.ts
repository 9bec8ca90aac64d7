import type { Readable } from "node:stream";
import type { FileInfo } from "./types.js";

/** Bytes, or a file to copy. */
export type ArtifactContent = Uint8Array | { file: string };

export type OnSent = (bytes: number) => void;

/**
 * The files of one run, at its artifact URI: a folder, or storage on another machine. Paths are relative to it,
 * `/`-separated, and have been checked not to leave it.
 */
export interface ArtifactStore {
  /**
   * Writes a file, replacing one that is there.
   * @param onSent - hears how many more bytes of a file are on their way, where that takes time; fewer than 0 when some are sent again
   * @throws INVALID_PARAMETER_VALUE where a folder is, and when the run is deleted
   */
  put(path: string, content: ArtifactContent, onSent?: OnSent): Promise<void>;
  /** @throws RESOURCE_DOES_NOT_EXIST when the path is not a file */
  read(path: string): Promise<Uint8Array>;
  /** The same as it comes, where artifacts are far away. */
  stream?(path: string): Promise<Readable>;
  /** One level, sorted by path; a file's own path gives nothing. */
  list(path?: string): Promise<FileInfo[]>;
  /** Copies a file or a folder into `folder`, keeping its relative path; resolves with the local path. @throws RESOURCE_DOES_NOT_EXIST */
  download(path: string, folder: string): Promise<string>;
  /** Removes a file, or a folder with all that is in it. @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when the run is deleted */
  remove?(path: string): Promise<void>;
  /** Absolute path, where artifacts are files of this machine. @throws RESOURCE_DOES_NOT_EXIST */
  locate?(path: string): Promise<string>;
}
