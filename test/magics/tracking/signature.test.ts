import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import { fails } from "./fails.js";
import { TestNotebook } from "./notebook.js";

describe("%signature", () => {
  test("two of them show what changed, breaking changes first", async (t) => {
    const notebook = new TestNotebook(t);
    const before = inferSignature([{ mpg: 1.5, name: "a" }]);
    const after = inferSignature([{ mpg: 1.5, weight: 2.5 }]);
    for (const [name, of] of Object.entries({ before, after })) {
      await notebook.cell(($) => $("signature", { of, log: true }), { name });
    }
    const value = await notebook.cell(($) => $("signature", { of: "before", to: "after" }));
    assert.match(notebook.text, /Signature of before → Signature of after/);
    assert.match(notebook.text, /yes +inputs +name +removed[\s\S]*yes +inputs +weight +added/);
    assert.equal(String(value), String(after));
    await notebook.cell(($) => $("signature", { of: before, to: inferSignature([{ name: "b", mpg: 2.5 }]) }));
    assert.match(notebook.text, /No difference\./);
    await fails(
      notebook.magic("signature", { of: "before", to: "after", log: true }),
      /only one signature/,
      /two separate lines/,
    );
  });

  test("of data: name, type, required, range and example", async (t) => {
    const notebook = new TestNotebook(t);
    await notebook.cell(($) =>
      $("signature", {
        of: [
          { hp: 130, origin: "USA" },
          { hp: 95, origin: null },
        ],
      }),
    );
    assert.match(notebook.text, /hp +double +yes +95 … 130 +130/);
    assert.match(notebook.text, /origin +string +no +"USA"/);
  });

  test("is kept in a run and found again by the run's name", async (t) => {
    const notebook = new TestNotebook(t);
    const learnt = inferSignature([{ x: 1 }], [2]);
    await notebook.cell(($) => $("signature", { of: learnt, log: true }), { name: "elastic" });
    const found = await notebook.cell(($) => $("signature", { of: "elastic" }));
    assert.equal(String(found), String(learnt));
    assert.match(notebook.text, /Signature of elastic\n/);
    const copy = { toJSON: () => learnt.toJSON() };
    assert.equal(
      String(await notebook.magic("signature", { of: copy }, undefined, true)),
      String(learnt),
      "another copy's class",
    );
    await notebook.cell(() => 1, { name: "bare" });
    await fails(notebook.magic("signature", { of: "bare" }), /'bare' .* has no signature/, /%signature/);
  });
});
