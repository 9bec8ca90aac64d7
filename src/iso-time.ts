/** A day of the calendar, or a time on it, as ISO 8601 writes them; every part is possible. */
export interface IsoTime {
  /** 1 to 9999. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Part of a second, in ms: 0 up to 1000, exclusive. Digits beyond ns are cut off. */
  readonly ms: number;
  /** The finest part that is written. */
  readonly precision: "day" | "hour" | "minute" | "second" | "fraction";
  /** Minutes east of UTC; undefined when the text names no zone. */
  readonly offset: number | undefined;
}

const pattern =
  /^\s*(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(?:\s*([Zz]|[-+]\d\d(?::?\d\d)?))?|\s*([Zz]|[-+]\d\d:?\d\d))?\s*$/;

/**
 * Reads `2026-01-31`, or `2026-01-31T12:30:00.5+01:00` and its shorter forms: without the fraction, the seconds, the minutes or
 * the zone, with a space for the T.
 * @returns undefined for any other text, and for what no calendar or clock has: 30 February, 24:00, the 61st second, the year 0,
 * a zone a day or more from UTC
 */
export function readIsoTime(text: string): IsoTime | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, years, months, days, hours, minutes, seconds, fraction, zoneOfTime, zoneOfDay] = found;
  const [year, month, day] = [Number(years), Number(months), Number(days)];
  const [hour, minute, second] = [Number(hours ?? 0), Number(minutes ?? 0), Number(seconds ?? 0)];
  if (year < 1 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetOf(zoneOfTime ?? zoneOfDay);
  if (offset !== undefined && Number.isNaN(offset)) return undefined;
  const precision =
    fraction !== undefined ? "fraction" : seconds ? "second" : minutes ? "minute" : hours ? "hour" : "day";
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 9).padEnd(9, "0")) / 1e6;
  return { year, month, day, hour, minute, second, ms, precision, offset };
}

/** ms since the epoch, parts of them cut off; a time without a zone is in UTC. */
export function utcTime({ year, month, day, hour, minute, second, ms, offset = 0 }: IsoTime): number {
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for those of the 20th century.
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, Math.floor(ms)) - offset * 60_000;
}

/**
 * The same, but a time without a zone is in that of this machine.
 * @returns undefined for a time that its clocks skip, when summer time begins
 */
export function localTime(time: IsoTime): number | undefined {
  const { year, month, day, hour, minute, second, ms, precision, offset } = time;
  if (offset !== undefined) return utcTime(time);
  const date = new Date(2000, 0, 1);
  date.setFullYear(year, month - 1, day);
  date.setHours(hour, minute, second, Math.floor(ms));
  if (date.getDate() !== day) return undefined;
  // A day may begin after midnight.
  if (precision !== "day" && (date.getHours() !== hour || date.getMinutes() !== minute)) return undefined;
  return date.getTime();
}

/** The days of a month; 0 for a month that is not one. */
function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** NaN for text that is not a zone. */
function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (zone === "Z" || zone === "z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(":", "") || 0)];
  if (hours > 23 || minutes > 59) return Number.NaN;
  const total = hours * 60 + minutes;
  return zone.startsWith("-") ? 0 - total : total;
}
