/** What an interrupted cell ends with; by this name also when two copies of the class are loaded. */
export class KernelInterrupt extends Error {
  override readonly name = "KernelInterrupt";

  constructor(message = "The cell was interrupted.") {
    super(message);
  }
}

export function isKernelInterrupt(error: unknown): boolean {
  return error instanceof Error && error.name === "KernelInterrupt";
}
