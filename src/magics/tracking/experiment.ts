import { defineMagic } from "../define-magic.js";
import { callText, mergedText, objectText } from "../language/script.js";
import { restoreExperiment, say } from "../runtime/say.js";

/** `%experiment cars`: where new runs go; `%experiment` alone says where that is. */
export const experiment = defineMagic({
  name: "experiment",
  kind: "line",
  summary: "Choose the experiment for new runs, creating it if needed; without a name, show the current one",
  input: "args",
  args: [
    { name: "name", type: "string", doc: "The experiment's name", positional: true, complete: "experiment" },
    { name: "description", type: "string", doc: "What the experiment is about, shown on its page" },
    { name: "tag", type: "string", prefix: true, doc: "A tag of the experiment: tag.team=vision" },
  ],
  lowering: "await",
  returns: "Experiment",
  draws: true,
  examples: ["%experiment cars", '%experiment cars description="miles per gallon" tag.team=vision', "%experiment"],
  script({ arg, assigned }) {
    const name = arg("name");
    if (name === undefined) return undefined;
    const description = objectText({ "mlflow.note.content": arg("description") });
    const tags = mergedText(arg("tag"), description);
    const set = tags === "{}" ? [] : [`setExperimentTags(${tags})`];
    return assigned && set.length > 0 ? undefined : { calls: [callText("setExperiment", name), ...set] };
  },
  async run({ name, description, tag }, { session, output, assigned }) {
    const before = name === undefined ? undefined : await session.getExperimentByName(name);
    const chosen = name === undefined ? await session.currentExperiment() : await session.setExperiment(name);
    const tags = {
      ...tag,
      ...(description === undefined ? {} : { "mlflow.note.content": description }),
    };
    for (const [key, value] of Object.entries(tags)) await session.setExperimentTag(key, value, chosen.experimentId);
    if (!assigned) {
      session.storeIsShown();
      const made = name !== undefined && before === undefined ? " (new)" : "";
      say(output, `Experiment '${chosen.name}'${made}, id ${chosen.experimentId}, in ${session.getTrackingUri()}`);
      if (chosen.lifecycleStage === "deleted") say(output, `It is deleted. ${restoreExperiment(chosen)}`);
    }
    return session.getExperiment(chosen.experimentId);
  },
});
