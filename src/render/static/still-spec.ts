type Part = Readonly<Record<string, unknown>>;

/**
 * A Vega-Lite spec without what only a mouse or a screen reader brings to life: selections, tooltips, words of single marks. The
 * picture is the same, in half of the time. What could change the picture is kept: tooltips where values are aggregated, since
 * their fields group; and a selection that begins with a value, or that is used by more than conditions and filters.
 * @param spec - of Vega-Lite; its data is not looked at
 */
export function stillSpec(spec: Part): Part {
  const selections = selectionsOf(spec);
  const idle = new Set([...selections.keys()].filter((name) => !isUsedOtherwise(spec, name)));
  const clip = [...idle].some((name) => selections.get(name) === "scales");
  const config = Object(spec.config) as Part;
  const { data, datasets, ...drawn } = spec;
  return {
    ...(data === undefined ? {} : { data }),
    ...(datasets === undefined ? {} : { datasets }),
    ...(still(drawn, { idle, clip, wordless: !groups(spec) }) as Part),
    config: { ...config, aria: false, mark: { ...Object(config.mark), aria: false } },
  };
}

interface Rules {
  /** Selections that nobody makes in a picture. */
  idle: ReadonlySet<string>;
  /** Whether marks end at the frame, as they do where a selection moves the scales. */
  clip: boolean;
  /** Whether the channels that are only told can go. */
  wordless: boolean;
}

/** The selections that begin empty, each with what it is bound to. */
function selectionsOf(spec: Part): Map<string, unknown> {
  const found = new Map<string, unknown>();
  let severalViews = false;
  visit(spec, (part) => {
    if (["concat", "hconcat", "vconcat"].some((name) => Object.hasOwn(part, name))) severalViews = true;
    for (const { name, select, value, bind } of partsOf(part.params)) {
      if (typeof name === "string" && select !== undefined && value === undefined) found.set(name, bind);
    }
  });
  // Which of several views end their marks at the frame is left to Vega-Lite.
  return new Map([...found].filter(([, bind]) => !(severalViews && bind === "scales")));
}

/** What holds the user's values, in which nothing is a spec's. */
const opaque: ReadonlySet<string> = new Set(["data", "datasets", "values", "config"]);

function visit(value: unknown, see: (part: Part, key: string) => void, key = ""): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see, key);
  else if (isPart(value)) {
    see(value, key);
    for (const [name, inner] of Object.entries(value)) if (!opaque.has(name)) visit(inner, see, name);
  }
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function partsOf(value: unknown): Part[] {
  return Array.isArray(value) ? value.filter(isPart) : [];
}

/** Texts that are written, or that name something else. */
const plainTexts: ReadonlySet<string> = new Set(["title", "subtitle", "description", "name", "field", "param", "type"]);

/** Whether more than conditions and filters of the simple form name it: an expression, a scale's domain, a lookup, `and`. */
function isUsedOtherwise(spec: Part, selection: string): boolean {
  let used = false;
  const inText = (value: unknown): boolean =>
    typeof value === "string" ? value.includes(selection) : Array.isArray(value) && value.some(inText);
  visit(spec, (part, key) => {
    if (part.param === selection && key !== "condition" && key !== "filter") used = true;
    for (const [name, value] of Object.entries(part)) {
      if (!plainTexts.has(name) && !opaque.has(name) && name !== "views" && inText(value)) used = true;
    }
  });
  return used;
}

const grouping: ReadonlySet<string> = new Set(["aggregate", "bin", "timeUnit"]);
const composite: ReadonlySet<string> = new Set(["boxplot", "errorbar", "errorband"]);

function groups(spec: Part): boolean {
  let found = false;
  visit(spec, (part) => {
    const mark = isPart(part.mark) ? part.mark.type : part.mark;
    if (composite.has(String(mark)) || Object.keys(part).some((name) => grouping.has(name))) found = true;
  });
  return found;
}

function still(value: unknown, rules: Rules): unknown {
  if (Array.isArray(value)) return value.map((item) => still(item, rules));
  if (!isPart(value)) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): Array<[string, unknown]> => {
    if (opaque.has(key)) return [[key, inner]];
    if (key === "params") {
      const kept = Array.isArray(inner)
        ? inner.filter((param) => !(isPart(param) && rules.idle.has(String(param.name))))
        : inner;
      return Array.isArray(kept) && kept.length === 0 ? [] : [[key, kept]];
    }
    if (key === "mark") return [[key, stillMark(inner, rules)]];
    if (key === "encoding" && isPart(inner)) return [[key, stillEncoding(inner, rules)]];
    if (key === "transform" && Array.isArray(inner)) {
      const kept = inner.flatMap((step) => stillTransform(step, rules));
      return kept.length === 0 ? [] : [[key, kept]];
    }
    if (key === "layer" && Array.isArray(inner)) return [[key, stillLayers(inner, rules)]];
    return [[key, still(inner, rules)]];
  });
  return Object.fromEntries(entries);
}

function stillMark(mark: unknown, { clip }: Rules): unknown {
  const { tooltip, aria, description, ...drawn } = isPart(mark) ? mark : { type: mark };
  return clip ? { clip, ...drawn } : drawn;
}

function stillEncoding(encoding: Part, { idle, wordless }: Rules): Part {
  return Object.fromEntries(
    Object.entries(encoding).flatMap(([channel, definition]) => {
      if (wordless && (channel === "tooltip" || channel === "description")) return [];
      return [[channel, isPart(definition) ? settled(definition, idle) : definition]];
    }),
  );
}

/** A channel whose conditions on idle selections are decided: a selection that is empty holds everything, unless it says otherwise. */
function settled(definition: Part, idle: ReadonlySet<string>): Part {
  const { condition, ...otherwise } = definition;
  if (condition === undefined) return definition;
  const open: unknown[] = [];
  for (const each of Array.isArray(condition) ? condition : [condition]) {
    if (!isPart(each) || !idle.has(String(each.param))) open.push(each);
    else if (each.empty !== false) {
      const { param, empty, ...met } = each;
      return open.length === 0 ? met : { ...met, condition: open.length === 1 ? open[0] : open };
    }
  }
  if (open.length === 0) return otherwise;
  return { ...otherwise, condition: open.length === 1 ? open[0] : open };
}

function stillTransform(step: unknown, { idle }: Rules): unknown[] {
  const filter = isPart(step) ? step.filter : undefined;
  if (!isPart(filter) || !idle.has(String(filter.param))) return [step];
  return filter.empty === false ? [{ filter: "false" }] : [];
}

/** Channels that make no axis and no legend. */
const guideless: ReadonlySet<string> = new Set([
  "text",
  "detail",
  "order",
  "key",
  "href",
  "url",
  "tooltip",
  "description",
]);

/** Without the layers that are empty until something is selected, and whose axes and legends another layer has as well. */
function stillLayers(layers: readonly unknown[], rules: Rules): unknown[] {
  const isEmpty = (layer: unknown) =>
    isPart(layer) &&
    partsOf(layer.transform).some(
      ({ filter }) => isPart(filter) && filter.empty === false && rules.idle.has(String(filter.param)),
    );
  const shown = layers.filter((layer) => !isEmpty(layer));
  const guides = new Set(shown.flatMap((layer) => guidesOf(layer)));
  return layers
    .filter((layer) => !isEmpty(layer) || !guidesOf(layer).every((guide) => guides.has(guide)))
    .map((layer) => still(layer, rules));
}

function guidesOf(layer: unknown): string[] {
  const encoding = isPart(layer) ? layer.encoding : undefined;
  return Object.entries(Object(encoding) as Part)
    .filter(
      ([channel, definition]) =>
        !guideless.has(channel) && isPart(definition) && ("field" in definition || "datum" in definition),
    )
    .map((guide) => JSON.stringify(guide));
}
