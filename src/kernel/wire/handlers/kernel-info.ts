import { protocolVersion } from "../message.js";
import type { RequestHandler } from "./handler.js";

/** Who the kernel is; known before the engine is up. */
export const kernelInfo: RequestHandler = {
  name: "kernel_info",
  handle(_content, { kernelVersion, languageVersion }) {
    return {
      protocol_version: protocolVersion,
      implementation: "runlab",
      implementation_version: kernelVersion,
      language_info: {
        name: "typescript",
        version: languageVersion,
        mimetype: "text/typescript",
        file_extension: ".ts",
        pygments_lexer: "typescript",
        codemirror_mode: { name: "javascript", typescript: true },
        nbconvert_exporter: "script",
      },
      banner: `runlab ${kernelVersion}: TypeScript ${languageVersion} on Node ${process.versions.node}. A cell is a run: try %lsmagic.`,
      debugger: false,
      supported_features: [],
      help_links: [{ text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" }],
    };
  },
};
