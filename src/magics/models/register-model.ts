import { registerModel as register } from "../../models/register-model.js";
import { defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";
import { say } from "../runtime/say.js";

/** `%register_model runs:/…/elastic ElasticCars alias=champion`. */
export const registerModel = defineMagic({
  name: "register_model",
  kind: "line",
  summary: "Register a logged model as the next version of a registered model",
  input: "args",
  args: [
    {
      name: "uri",
      type: "string",
      doc: "runs:/<run id>/<name> or m-<id>",
      positional: true,
      required: true,
      complete: "model",
    },
    {
      name: "name",
      type: "string",
      doc: "The registered model; created if it does not exist",
      positional: true,
      required: true,
      complete: "registered_model",
    },
    { name: "alias", type: "string", doc: "An alias for the new version" },
    { name: "description", type: "string", doc: "A description of the version" },
  ],
  lowering: "await",
  returns: "ModelVersion",
  draws: true,
  examples: ["%register_model {info.modelUri} ElasticCars alias=champion"],
  script({ arg }) {
    const options = objectText({ alias: arg("alias"), description: arg("description") });
    return { calls: [callText("registerModel", arg("uri"), arg("name"), options)] };
  },
  async run({ uri, name, alias, description }, { session, output, assigned }) {
    const version = await register(session, uri, name, {
      ...(alias === undefined ? {} : { alias }),
      ...(description === undefined ? {} : { description }),
    });
    if (!assigned) {
      const also = alias === undefined ? "" : `, also models:/${name}@${alias}`;
      say(output, `Registered models:/${name}/${version.version}${also}`);
    }
    return version;
  },
});
