import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { localTime, readIsoTime, utcTime } from "../src/iso-time.js";

const two = (value: number) => String(value).padStart(2, "0");
const four = (value: number) => String(value).padStart(4, "0");
const read = (text: string) => {
  const time = readIsoTime(text);
  return time && utcTime(time);
};

/** A moment that there is, written with more or fewer parts, in any zone. */
const written = fc
  .record({
    // From year 1 to 9999, and a day from either end for the zones.
    moment: fc.integer({ min: Date.parse("0001-01-02T00:00:00Z"), max: Date.parse("9999-12-30T00:00:00Z") }),
    parts: fc.integer({ min: 0, max: 4 }),
    digits: fc.integer({ min: 1, max: 9 }),
    below: fc.integer({ min: 0, max: 999_999 }),
    offset: fc.option(fc.integer({ min: -1439, max: 1439 }), { nil: undefined }),
    joint: fc.constantFrom("T", "t", " "),
    colon: fc.constantFrom(":", ""),
  })
  .map(({ moment, parts, digits, below, offset, joint, colon }) => {
    const units = [86_400_000, 3_600_000, 60_000, 1000, 1];
    const local = Math.floor(moment / (units[parts] ?? 1)) * (units[parts] ?? 1);
    const date = new Date(local);
    const day = `${four(date.getUTCFullYear())}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
    const fraction = String(date.getUTCMilliseconds()).padStart(3, "0") + String(below).padStart(6, "0");
    const shown = parts === 4 ? fraction.slice(0, digits) : "";
    const ms = parts === 4 ? Math.floor(Number(shown.padEnd(9, "0")) / 1e6) : 0;
    const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].slice(0, parts).map(two).join(":");
    const zoned = parts === 0 ? undefined : offset;
    const size = Math.abs(zoned ?? 0);
    const zone =
      zoned === undefined ? "" : `${zoned < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
    const time = parts === 0 ? "" : `${joint}${clock}${shown === "" ? "" : `.${shown}`}`;
    return {
      text: day + time + zone,
      ms: local - (local - Math.floor(local / 1000) * 1000) + ms - (zoned ?? 0) * 60_000,
    };
  });

test("every moment that there is, from the year 1 to 9999, is read exactly, in every form", () => {
  fc.assert(
    fc.property(written, ({ text, ms }) => assert.equal(read(text), ms, text)),
    { numRuns: 5000, seed: 9 },
  );
});

test("a day is read when the calendar has it, and only then", () => {
  for (const year of [0, 1, 4, 99, 100, 400, 1899, 1900, 1970, 2000, 2023, 2024, 2100, 9999]) {
    for (let month = 0; month <= 14; month++) {
      for (let day = 0; day <= 33; day++) {
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        const real = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month > 0;
        const text = `${four(year)}-${two(month)}-${two(day)}`;
        assert.equal(read(text), real ? date.getTime() : undefined, text);
      }
    }
  }
});

test("a part that no clock has is refused, whatever the others are", () => {
  const parts = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
    zoneHour: fc.integer({ min: 0, max: 23 }),
    zoneMinute: fc.integer({ min: 0, max: 59 }),
  });
  const beyond = fc.constantFrom(
    ["hour", 24],
    ["minute", 60],
    ["second", 60],
    ["zoneHour", 24],
    ["zoneMinute", 60],
  ) as fc.Arbitrary<[string, number]>;
  const text = (all: Record<string, number>) =>
    `2026-01-31T${two(all.hour ?? 0)}:${two(all.minute ?? 0)}:${two(all.second ?? 0)}+${two(all.zoneHour ?? 0)}:${two(all.zoneMinute ?? 0)}`;
  fc.assert(
    fc.property(parts, beyond, fc.integer({ min: 0, max: 39 }), (all, [name, first], more) => {
      assert.notEqual(read(text(all)), undefined, text(all));
      const wrong = text({ ...all, [name]: first + more });
      assert.equal(read(wrong), undefined, wrong);
    }),
    { seed: 9 },
  );
});

test("other texts are not dates, near as they may come", () => {
  const others = ["", "2026", "2026-01", "20260131", "2026-1-31", "26-01-31", "2026/01/31", "31.01.2026", "2026-W05-6"];
  others.push("2026-031", "+002026-01-31", "-2026-01-31", "12026-01-31", "2026-01-31T", "2026-01-31T1:00", "now");
  others.push("2026-01-31T12:00:00.", "2026-01-31T12:00.5", "2026-01-31T12:00:00[UTC]", "2026-01-31T12:00:00 UTC");
  others.push("2026-01-31T12:00+1", "2026-01-31-05", "2026-01-31 x", "1769860800000", "２026-01-31", "NaN");
  for (const text of others) assert.equal(readIsoTime(text), undefined, text);
});

test("spaces around a date, before a zone, and a comma in a second say nothing else", () => {
  assert.equal(read(" 2026-01-31 12:00:00,25 +01:00\n"), Date.UTC(2026, 0, 31, 11, 0, 0, 250));
  assert.equal(read("2026-01-31Z"), Date.UTC(2026, 0, 31));
});

test("a time without a zone is this machine's where that is asked for, unless its clocks skip it", () => {
  const zone = process.env.TZ;
  try {
    process.env.TZ = "Europe/Berlin";
    const local = (text: string) => {
      const time = readIsoTime(text);
      return time && localTime(time);
    };
    assert.equal(local("2026-01-31T12:00"), Date.UTC(2026, 0, 31, 11));
    assert.equal(local("2026-07-31T12:00Z"), Date.UTC(2026, 6, 31, 12));
    assert.equal(local("2026-03-29T02:30"), undefined);
    assert.equal(local("0099-12-31"), new Date(2000, 0, 1).setFullYear(99, 11, 31));
    // A day that begins at 1 in the morning, and one that was left out.
    process.env.TZ = "America/Sao_Paulo";
    assert.equal(local("2018-11-04"), Date.UTC(2018, 10, 4, 3));
    process.env.TZ = "Pacific/Apia";
    assert.equal(local("2011-12-30"), undefined);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});
