import { FirstAnswers } from "./server/first-answers.js";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";
import "./style/table.css";
import "./style/run.css";
import "./style/models.css";
import "./style/compare.css";

// A small file, so that the server is asked before the rest is loaded.
const first = new FirstAnswers(location.hash);
const place = document.getElementById("app");
const { draw } = await import("./app.js");
if (place !== null) draw(place, first);
// Before the points are asked for: a server that reads a million of them sends nothing else.
if (first.hasChart) await import("./parts/draw-chart.js").catch(() => undefined);
