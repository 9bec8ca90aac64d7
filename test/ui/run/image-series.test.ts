import assert from "node:assert/strict";
import { test } from "node:test";
import { imageSeries } from "../../../src/ui/run/image-series.js";

test("pictures are found by the names that MLflow gives them, now and before version 3", () => {
  const paths = [
    "images/val~samples+step+10+timestamp+1700+aa-bb.png",
    "images/val~samples+step+2+timestamp+1600+aa-cc.png",
    "images/val~samples+step+2+timestamp+1650+aa-dd.png",
    "images/val~samples+step+2+timestamp+1650+aa-dd+compressed.webp",
    "images/a+b+step+0+timestamp+1+u.jpg",
    "images/old#key%step%3%timestamp%5%u.png",
    "images/readme.txt",
    "images/plot.png",
    "images/x+step+y+timestamp+1+u.png",
  ];
  assert.deepEqual(imageSeries(paths), [
    { key: "a+b", images: [{ step: 0, path: "images/a+b+step+0+timestamp+1+u.jpg" }] },
    { key: "old/key", images: [{ step: 3, path: "images/old#key%step%3%timestamp%5%u.png" }] },
    {
      key: "val/samples",
      images: [
        { step: 2, path: "images/val~samples+step+2+timestamp+1650+aa-dd.png" },
        { step: 10, path: "images/val~samples+step+10+timestamp+1700+aa-bb.png" },
      ],
    },
  ]);
});
