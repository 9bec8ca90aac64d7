import { randomInt } from "node:crypto";

const adjectives =
  "amber bold brisk bright calm candid clever coral cosy crisp daring dapper eager early fleet frosty gentle glad golden happy hazel humble jolly keen kind lively loyal lucid lunar mellow merry mighty misty nimble noble patient plucky proud quick quiet rosy rustic silent silver sleek smooth snug solar steady sunny swift tidy vivid warm wise witty zesty";
const animals =
  "ant badger bat bear beaver bee bison boar bream carp cat cod colt crab crane crow deer dove duck eagle elk ewe falcon ferret finch fox frog gnu goat goose grouse gull hare hawk heron horse jay kit koi lamb lark lion lynx mare mink mole moose moth mouse newt otter owl panda perch pig pug quail ram rat raven robin seal shad sheep shrew skunk slug snail squid stag stoat stork swan tern toad trout vole wasp whale wolf wren yak";

/** A name for a run that got none, in MLflow's manner: `adjective-animal-number`. */
export function generateRunName(): string {
  const pick = (words: string) => {
    const list = words.split(" ");
    return list[randomInt(list.length)] ?? "";
  };
  return `${pick(adjectives)}-${pick(animals)}-${randomInt(1000)}`;
}
