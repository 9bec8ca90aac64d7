import { formatTime } from "../../render/format-value.js";

const units = [
  { unit: "y", ms: 365 * 86_400_000 },
  { unit: "mo", ms: 30 * 86_400_000 },
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
] as const;

/** How long ago a time is, in the largest unit; the time itself when pointed at. */
export function TimeText({ ms }: { ms: number }) {
  return (
    <time dateTime={isoOf(ms)} title={formatTime(ms)}>
      {ago(ms, Date.now())}
    </time>
  );
}

/** @returns "just now", "5 min ago", "3 d ago" */
export function ago(ms: number, now: number): string {
  const passed = now - ms;
  const found = units.find((one) => passed >= one.ms);
  if (found === undefined) return passed < -60_000 ? formatTime(ms) : "just now";
  return `${Math.floor(passed / found.ms)} ${found.unit} ago`;
}

function isoOf(ms: number): string | undefined {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
