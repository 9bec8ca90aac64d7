import type { Disk } from "./disk.js";
import { LinkGuard } from "./link-guard.js";

/**
 * The disk of one store: every path is looked at first, and one that leaves the store, or passes a symbolic link inside it, is
 * refused. Who puts a link into the store in the very moment between the look and the call is not kept out.
 * @param root - the store's folder, absolute
 */
export function storeDisk(root: string, disk: Disk): Disk {
  const guard = new LinkGuard(root);
  return {
    append: disk.append,
    close: disk.close,
    makeFolder(path) {
      guard.folder(path);
      disk.makeFolder(path);
    },
    open(path) {
      guard.file(path);
      return disk.open(path);
    },
    replace(path, content) {
      guard.above(path);
      disk.replace(path, content);
    },
    commit(slot, path, content) {
      guard.above(slot);
      guard.above(path);
      return disk.commit(slot, path, content);
    },
    overwrite(path, content) {
      guard.file(path);
      disk.overwrite(path, content);
    },
    async replaceByCopy(path, source) {
      guard.above(path);
      await disk.replaceByCopy(path, source);
    },
    async copyOut(path, target) {
      guard.file(path);
      await disk.copyOut(path, target);
    },
    link(path, name) {
      // macOS would give the second name to what a link leads to.
      guard.file(path);
      guard.above(name);
      return disk.link(path, name);
    },
    remove(path) {
      guard.above(path);
      disk.remove(path);
    },
    async removeFolder(path) {
      guard.above(path);
      await disk.removeFolder(path);
    },
    rename(from, to) {
      guard.above(from);
      guard.above(to);
      disk.rename(from, to);
    },
    read(path, from) {
      guard.file(path);
      return disk.read(path, from);
    },
    async readAsync(path) {
      guard.file(path);
      return disk.readAsync(path);
    },
    readText(path) {
      guard.file(path);
      return disk.readText(path);
    },
    readPieces(path, from, visit) {
      guard.file(path);
      return disk.readPieces(path, from, visit);
    },
    openToRead(path) {
      guard.file(path);
      return disk.openToRead(path);
    },
    list(path) {
      guard.folder(path);
      return disk.list(path);
    },
    look(path) {
      guard.above(path);
      return disk.look(path);
    },
    exists(path) {
      guard.above(path);
      return disk.exists(path);
    },
  };
}
