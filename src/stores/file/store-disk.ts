import type { Disk } from "./disk.js";
import { LinkGuard } from "./link-guard.js";
import { opensLinks } from "./node-disk.js";

/**
 * The disk of one store: every path is looked at first, and one that leaves the store, or passes a symbolic link inside it, is
 * refused. Who puts a link into the store in the very moment between the look and the call is not kept out.
 * @param root - the store's folder, absolute
 */
export function storeDisk(root: string, disk: Disk): Disk {
  const guard = new LinkGuard(root);
  /** An open that fails for what stands at the path: it is looked at then, rather than before every call, and named. */
  const opening = <T>(path: string, open: () => T): T => {
    if (opensLinks) guard.file(path);
    else guard.above(path);
    try {
      return open();
    } catch (error) {
      guard.file(path);
      throw error;
    }
  };
  return {
    append: disk.append,
    close: disk.close,
    makeFolder(path) {
      guard.above(path);
      let isNew = false;
      try {
        isNew = disk.makeFolder(path);
      } catch (error) {
        guard.folder(path);
        throw error;
      }
      if (isNew) guard.made(path);
      else guard.folder(path);
      return isNew;
    },
    open: (path) => opening(path, () => disk.open(path)),
    create(path) {
      guard.above(path);
      return disk.create(path);
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
    overwrite: (path, content) => opening(path, () => disk.overwrite(path, content)),
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
    read: (path, from) => opening(path, () => disk.read(path, from)),
    async readAsync(path) {
      guard.file(path);
      return disk.readAsync(path);
    },
    readText(path) {
      const text = opening(path, () => disk.readText(path));
      // A named pipe reads as if it were empty.
      if (text === "") guard.file(path);
      return text;
    },
    readPieces: (path, from, visit) => opening(path, () => disk.readPieces(path, from, visit)),
    openToRead: (path) => opening(path, () => disk.openToRead(path)),
    list(path) {
      guard.folder(path);
      return disk.list(path);
    },
    look(path) {
      guard.above(path);
      const found = disk.look(path);
      // So that what is asked for next, in the folder, needs no look at it again.
      if (found?.isDirectory()) guard.made(path);
      return found;
    },
    lookInside(folder, path) {
      guard.above(folder);
      return disk.lookInside(folder, path);
    },
    exists(path) {
      guard.above(path);
      return disk.exists(path);
    },
  };
}
