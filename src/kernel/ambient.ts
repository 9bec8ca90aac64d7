/** Declarations of the names that the kernel gives every cell, for the type checker. */
export const kernelAmbient = `
/** Shows a value under the running cell. With \`displayId\`, \`updateDisplay\` can change it later, from any cell. */
declare function display(value: unknown, options?: {
  displayId?: string;
  /** \`value\` is a MIME bundle itself: \`{ "text/html": "<b>bold</b>" }\`. */
  raw?: boolean;
}): void | Promise<void>;
/** Replaces with \`value\` what \`display(…, { displayId })\` showed. */
declare function updateDisplay(displayId: string, value: unknown, options?: { raw?: boolean }): void | Promise<void>;
/** Removes what the running cell has shown; with \`wait\`, only once there is something new to show. */
declare function clearOutput(options?: { wait?: boolean }): void;
/** Asks for a line of text. */
declare function prompt(message?: string, preset?: string): string;
/** Asks a yes-or-no question. */
declare function confirm(message?: string): boolean;
/** Asks for a line of text that is not shown while it is typed. */
declare function password(message?: string): string;
/** The text of each cell that was run, by its number. */
declare const In: Readonly<Record<number, string>>;
/** The value that each of the last 1,000 cells with one has shown, by the cell's number. */
declare const Out: Record<number, any>;
/** The latest value that a cell has shown. */
declare var _: any;
/** Channels to front-end extensions, for widget libraries. */
declare const comms: {
  open(targetName: string, data?: Record<string, unknown>, options?: KernelCommOptions): KernelComm;
  registerTarget(targetName: string, opened: (comm: KernelComm, event: KernelCommEvent) => void): void;
  unregisterTarget(targetName: string): void;
};
interface KernelCommOptions { metadata?: Record<string, unknown>; buffers?: Uint8Array[] }
interface KernelCommEvent { data: Record<string, unknown>; metadata: Record<string, unknown>; buffers: Uint8Array[] }
interface KernelComm {
  readonly id: string;
  readonly targetName: string;
  onMessage: ((event: KernelCommEvent) => void) | undefined;
  onClose: ((event: KernelCommEvent) => void) | undefined;
  send(data: Record<string, unknown>, options?: KernelCommOptions): void;
  close(data?: Record<string, unknown>): void;
}
`;
