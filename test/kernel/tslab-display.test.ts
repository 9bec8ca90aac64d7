import assert from "node:assert/strict";
import { test } from "node:test";
import type * as tslab from "tslab";
import type { CellOutput } from "../../src/kernel/cell-output.js";
import { createTslabDisplay, type TslabApi } from "../../src/kernel/tslab-display.js";
import type { MimeBundle } from "../../src/render/mime-bundle.js";

interface Shown {
  how: "display" | "update";
  data: MimeBundle["data"];
  displayId?: string;
}

function recorded(): { api: TslabApi; shown: Shown[] } {
  const shown: Shown[] = [];
  const output: CellOutput = {
    display: ({ data }, options) => shown.push({ how: "display", data, displayId: options?.displayId }),
    update: (displayId, { data }) => shown.push({ how: "update", data, displayId }),
    clear: () => assert.fail("tslab never clears"),
    stream: () => assert.fail("tslab's display prints nothing"),
  };
  return { api: createTslabDisplay(output), shown };
}

test("the API is the one tslab's own types describe", () => {
  const { api } = recorded();
  const typed: Pick<typeof tslab, "display" | "newDisplay" | "versions"> = api;
  assert.deepEqual(Object.keys(typed), ["display", "newDisplay", "versions"]);
  assert.equal(typed.versions.tslab, "1.0.22");
});

test("each method shows its own MIME type, with a text for front ends that cannot draw it", () => {
  const { api, shown } = recorded();
  api.display.html("<b>hi</b>");
  api.display.markdown("**hi**");
  api.display.text("hi");
  api.display.javascript("1");
  api.display.svg("<svg/>");
  assert.deepEqual(
    shown.map(({ data }) => data),
    [
      { "text/html": "<b>hi</b>", "text/plain": "<text/html, 9 characters>" },
      { "text/markdown": "**hi**", "text/plain": "**hi**" },
      { "text/plain": "hi" },
      { "text/javascript": "1", "text/plain": "<text/javascript, 1 character>" },
      { "image/svg+xml": "<svg/>", "text/plain": "<image/svg+xml, 6 characters>" },
    ],
  );
});

test("bytes go as base64, also those of a view into a larger buffer", () => {
  const { api, shown } = recorded();
  api.display.png(new Uint8Array([0, 1, 2, 3]).subarray(1, 3));
  assert.equal(shown[0]?.data["image/png"], "AQI=");
  assert.equal(shown[0]?.data["text/plain"], "<image/png, 2 bytes>");
});

test("JSON given as text goes as JSON", () => {
  const { api, shown } = recorded();
  api.display.raw("application/vnd.vegalite.v5+json", '{"mark":"bar"}');
  assert.deepEqual(shown[0]?.data["application/vnd.vegalite.v5+json"], { mark: "bar" });
});

test("newDisplay keeps one place and draws it anew", () => {
  const { api, shown } = recorded();
  const first = api.newDisplay();
  first.text("1");
  first.text("2");
  api.newDisplay().text("3");
  const [a, b, c] = shown;
  assert.deepEqual([a?.how, b?.how, c?.how], ["display", "update", "display"]);
  assert.equal(a?.displayId, b?.displayId);
  assert.notEqual(a?.displayId, c?.displayId);
});
