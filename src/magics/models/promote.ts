import { type ModelVersion, modelStages } from "../../tracking/registry.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import { say } from "../runtime/say.js";

/** `%promote ElasticCars 3 champion`: the alias leads to that version; a stage of MLflow moves it there. */
export const promote = defineMagic({
  name: "promote",
  kind: "line",
  summary: "Point an alias at a version of a registered model, or move the version to a stage",
  input: "args",
  args: [
    {
      name: "name",
      type: "string",
      doc: "The registered model",
      positional: true,
      required: true,
      complete: "registered_model",
    },
    {
      name: "version",
      type: "string",
      doc: 'Its number, "latest", or one of its aliases',
      positional: true,
      required: true,
    },
    {
      name: "to",
      type: "string",
      doc: `An alias, e.g. champion; or a stage: ${modelStages.slice(1).join(", ")}`,
      positional: true,
      required: true,
    },
  ],
  lowering: "await",
  returns: "ModelVersion",
  draws: true,
  examples: ["%promote ElasticCars 3 champion", "%promote ElasticCars latest Production"],
  script({ arg, literal, assigned }) {
    const stage = modelStages.some((known) => known.toLowerCase() === String(literal("to")).toLowerCase());
    if (assigned || stage || literal("to") === undefined || !/^\d+$/.test(String(literal("version")))) return undefined;
    const version = JSON.stringify(String(literal("version")));
    return { calls: [callText("new RunlabClient().setRegisteredModelAlias", arg("name"), arg("to"), version)] };
  },
  async run({ name, version: word, to }, { session, output, assigned }) {
    const { client } = session;
    const version = await numberOf(word);
    const stage = modelStages.find((known) => known !== "None" && known.toLowerCase() === to.toLowerCase());
    let promoted: ModelVersion;
    if (stage === undefined) {
      await client.setRegisteredModelAlias(name, to, version);
      promoted = await client.getModelVersion(name, version);
    } else {
      const archiveExistingVersions = stage === "Staging" || stage === "Production";
      promoted = await client.transitionModelVersionStage(name, version, stage, { archiveExistingVersions });
    }
    if (!assigned) {
      const what = stage === undefined ? `models:/${name}@${to} is` : `${stage}:`;
      say(output, `${what} version ${version} of ${name}`);
    }
    return promoted;

    async function numberOf(word: string): Promise<string> {
      if (/^\d+$/.test(word)) return word;
      if (word !== "latest") return (await client.getModelVersionByAlias(name, word)).version;
      const versions = await client.getLatestVersions(name);
      const newest = Math.max(0, ...versions.map((known) => Number(known.version)));
      return (await client.getModelVersion(name, newest)).version;
    }
  },
});
