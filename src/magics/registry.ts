import { capture } from "./general/capture.js";
import { cd, pwd } from "./general/cd.js";
import { env } from "./general/env.js";
import { history } from "./general/history.js";
import { load } from "./general/load.js";
import { lsmagic } from "./general/lsmagic.js";
import { npm, pip } from "./general/npm.js";
import { pinfo } from "./general/pinfo.js";
import { reset } from "./general/reset.js";
import { bash, script, sh } from "./general/sh.js";
import { html, js, markdown } from "./general/show-body.js";
import { time, timeit } from "./general/time.js";
import { who, whos } from "./general/who.js";
import { writefile } from "./general/writefile.js";
import type { Magic } from "./magic.js";
import { evaluate } from "./models/evaluate.js";
import { loadModel } from "./models/load-model.js";
import { logModel } from "./models/log-model.js";
import { models } from "./models/models.js";
import { predict } from "./models/predict.js";
import { promote } from "./models/promote.js";
import { registerModel } from "./models/register-model.js";
import { serve } from "./models/serve.js";
import { best } from "./tracking/best.js";
import { compare } from "./tracking/compare.js";
import { deleteMagic, restore } from "./tracking/delete.js";
import { diff } from "./tracking/diff.js";
import { experiment } from "./tracking/experiment.js";
import { exportMagic } from "./tracking/export.js";
import { importRuns } from "./tracking/import-runs.js";
import { leaderboard } from "./tracking/leaderboard.js";
import { logArtifact, logText } from "./tracking/log-artifact.js";
import { logFigure } from "./tracking/log-figure.js";
import { logInput } from "./tracking/log-input.js";
import { logMetric, logMetrics } from "./tracking/log-metric.js";
import { logParam, logParams } from "./tracking/log-param.js";
import { logTable } from "./tracking/log-table.js";
import { plot } from "./tracking/plot.js";
import { rename } from "./tracking/rename.js";
import { report } from "./tracking/report.js";
import { run } from "./tracking/run.js";
import { runInfo } from "./tracking/run-info.js";
import { runs } from "./tracking/runs.js";
import { setTag } from "./tracking/set-tag.js";
import { signature } from "./tracking/signature.js";
import { sweep } from "./tracking/sweep.js";
import { sync } from "./tracking/sync.js";
import { trackingUri } from "./tracking/tracking-uri.js";
import { ui } from "./tracking/ui.js";

/** Every magic, in the order of help and of the table in docs/. A new magic is its file and its line here. */
export const magics: readonly Magic[] = [
  run,
  sweep,
  experiment,
  logParam,
  logParams,
  logMetric,
  logMetrics,
  setTag,
  logArtifact,
  logText,
  logTable,
  logFigure,
  logInput,
  runs,
  runInfo,
  compare,
  diff,
  leaderboard,
  plot,
  signature,
  best,
  logModel,
  loadModel,
  predict,
  evaluate,
  registerModel,
  models,
  promote,
  serve,
  ui,
  report,
  exportMagic,
  importRuns,
  trackingUri,
  sync,
  rename,
  deleteMagic,
  restore,
  lsmagic,
  time,
  timeit,
  capture,
  env,
  cd,
  pwd,
  sh,
  bash,
  script,
  npm,
  pip,
  html,
  markdown,
  js,
  who,
  whos,
  pinfo,
  history,
  reset,
  load,
  writefile,
];
