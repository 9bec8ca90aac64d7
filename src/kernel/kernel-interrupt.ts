/** What an interrupted cell ends with; by this name also when two copies of the class are loaded. */
export class KernelInterrupt extends Error {
  override readonly name = "KernelInterrupt";

  constructor(message = "The cell was interrupted.") {
    super(message);
  }
}

export function isKernelInterrupt(error: unknown): boolean {
  try {
    return error instanceof Error && error.name === "KernelInterrupt";
  } catch {
    // Anything can be thrown, also what throws when it is looked at.
    return false;
  }
}
