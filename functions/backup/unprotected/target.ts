/** How old the newest backup of a resource may be. */
import { hours, inWords, type Span } from "../../../sdk/time.ts";
import type { Asked, TargetRule } from "./config.ts";
import type { Resource } from "./resource.ts";

export interface AgeTarget {
  /** Nothing: no backup is asked for. */
  readonly span: Span | undefined;
  /** Somebody said it of this resource, or of those like it. */
  readonly isNamed: boolean;
  /** Its tag that nobody understands. */
  readonly misspelt?: string;
}

/** A year is more than any. */
const longest = 8784;

/** `4h`, `2d` or `none`. */
function readTag(text: string): Span | "none" | undefined {
  if (text.trim().toLowerCase() === "none") return "none";
  const [, number, unit] = /^(\d{1,5}) ?([hd])$/.exec(text.trim().toLowerCase()) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const length = Number(number) * (unit === "d" ? 24 : 1);
  return length >= 1 && length <= longest ? hours(length) : undefined;
}

function fits({ kind, tag }: TargetRule, resource: Resource): boolean {
  if (kind !== undefined && kind !== resource.kind) return false;
  if (tag === undefined) return true;
  return resource.tags.some(({ Key, Value = "" }) => tag === Key || tag === `${Key}=${Value}`);
}

const spanOf = (asked: number | "none"): Span | undefined =>
  asked === "none" ? undefined : hours(asked);

/** What the settings say of it. A tag that is not understood asks for what they say. */
export function targetOf(resource: Resource, asked: Asked): AgeTarget {
  const tagged = resource.tags.find(({ Key }) => Key === asked.tag)?.Value;
  const read = tagged === undefined ? undefined : readTag(tagged);
  if (read !== undefined) return { span: read === "none" ? undefined : read, isNamed: true };
  const rule = asked.targets.find((each) => fits(each, resource));
  const span = rule ? spanOf(rule.hours) : hours(asked.hours);
  // Of all buckets one is asked for by its kind alone: see `whyApart` there.
  const isNamed = rule?.tag !== undefined || rule?.kind === "bucket";
  return { span, isNamed, ...(tagged !== undefined && { misspelt: tagged }) };
}

/** The longest that anything may ask for by the settings. */
export const longestTarget = ({ hours: byDefault, targets }: Asked): Span =>
  hours(Math.max(byDefault, ...targets.map((each) => (each.hours === "none" ? 0 : each.hours))));

/** `26 hours`, `3 days`: of what is longer than two days the days alone. */
export function ageInWords(span: Span): string {
  const whole = Math.max(0, Math.floor(span.seconds / 3600));
  if (whole < 1) return "less than an hour";
  return inWords(hours(whole < 48 ? whole : Math.floor(whole / 24) * 24));
}
