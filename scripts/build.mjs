// `npm run build`: dist/ from the sources, with what `npm pack` and `npm pack ./dist/skinny` pack.
import { build, ensureNodeModules, makeSkinny } from "./setup.mjs";
import { runScript } from "./steps.mjs";

await runScript(async () => {
  await ensureNodeModules();
  await build();
  await makeSkinny();
});
