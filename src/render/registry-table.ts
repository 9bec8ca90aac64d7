import { metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { Table, TableColumn } from "./table.js";

/** What a line of the registry's table shows of a model. */
export interface RegistryRow {
  name: string;
  description: string;
  lastUpdatedTimestamp: number;
  aliases: Readonly<Record<string, string>>;
  latestVersions: ReadonlyArray<{ version: string; currentStage: string }>;
}

export interface VersionRow {
  version: string;
  aliases: readonly string[];
  stage: string;
  description: string;
  created: number;
  /** The name of its run. */
  run: string;
  metrics: Readonly<Record<string, number>>;
  /** How many columns or tensors it takes; undefined without a signature. */
  inputs: number | undefined;
}

/**
 * Registered models with their newest version, aliases and stages.
 * @param howToRegister - what to write to register one, said when there is none
 */
export function registryTable(models: readonly RegistryRow[], howToRegister: string): Table {
  const rows = models.map((model) => {
    const newest = Math.max(0, ...model.latestVersions.map(({ version }) => Number(version)));
    const aliases = Object.entries(model.aliases).map(([alias, version]) => `@${alias} → ${version}`);
    const stages = model.latestVersions
      .filter(({ currentStage }) => currentStage !== "None")
      .map(({ currentStage, version }) => `${currentStage} → ${version}`);
    return [
      model.name,
      newest === 0 ? undefined : newest,
      [...aliases, ...stages].join(", "),
      model.lastUpdatedTimestamp,
      model.description,
    ];
  });
  const columns: TableColumn[] = [
    { label: "model", rowHeader: true },
    { label: "latest", type: "number" },
    { label: "aliases and stages" },
    { label: "changed", type: "time" },
    { label: "description" },
  ];
  const notes = models.length === 0 ? [`No model is registered: ${howToRegister}`] : [];
  return { caption: "Registered models", columns, rows, notes };
}

/** Versions of one registered model, newest first, with the metrics that all or some of their runs have. */
export function versionsTable(name: string, versions: readonly VersionRow[]): Table {
  const metrics = [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))];
  const described = versions.some(({ description }) => description !== "");
  const staged = versions.some(({ stage }) => stage !== "None");
  const columns: TableColumn[] = [
    { label: "version", type: "number", rowHeader: true },
    { label: "aliases" },
    ...(staged ? [{ label: "stage" }] : []),
    { label: "run" },
    { label: "created", type: "time" },
    ...metrics.map((key): TableColumn => ({ label: key, type: "number", best: metricGoal(key) })),
    { label: "inputs", type: "number" },
    ...(described ? [{ label: "description" }] : []),
  ];
  const rows = versions.map((version) => [
    Number(version.version),
    version.aliases.map((alias) => `@${alias}`).join(", "),
    ...(staged ? [version.stage === "None" ? undefined : version.stage] : []),
    version.run,
    version.created,
    ...metrics.map((key) => own(version.metrics, key)),
    version.inputs,
    ...(described ? [version.description] : []),
  ]);
  const notes = versions.length === 0 ? ["No version matches."] : [];
  return { caption: `Versions of ${name}`, columns, rows, notes };
}
