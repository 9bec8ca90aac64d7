// `npm run build`: dist/ from the sources.
import { build, ensureNodeModules } from "./setup.mjs";
import { runScript } from "./steps.mjs";

await runScript(async () => {
  await ensureNodeModules();
  await build();
});
