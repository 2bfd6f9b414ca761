/**
 * What signals share: messages without what an event did not say, names, and what a team does not
 * want to hear of.
 */
import * as z from "zod/mini";
import type { Message, Severity } from "../message.ts";
import { cut } from "../plain.ts";

type Said = string | number | undefined;

/** A message as a signal writes it: what is undefined is left out. */
export interface Draft {
  readonly title: string;
  readonly severity: Severity;
  readonly affected?: readonly (string | undefined)[] | undefined;
  /** Routes go by them. */
  readonly tags?: Message["tags"] | undefined;
  readonly facts: Readonly<Record<string, Said>>;
  readonly link?: string | undefined;
  readonly key?: string | undefined;
  readonly closes?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

export function message({ affected = [], facts, ...draft }: Draft): Message {
  const named = [...new Set(affected.flatMap((one) => one || []))];
  const given = Object.entries({ ...draft, ...(named.length > 0 && { affected: named }) }).filter(
    ([, value]) => value !== undefined,
  );
  const known = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)] as const],
  );
  return { ...Object.fromEntries(given), facts: Object.fromEntries(known) } as unknown as Message;
}

/** A resource belongs to somebody or a few; what has more is nobody's. */
const most = { tags: 50, values: 20, length: 256 };

/**
 * Tags of each resource that an event names: all values that occur, by name. @returns nothing where
 * there are none
 */
export function tagsInEvent(
  resources: readonly (Readonly<Record<string, string>> | undefined)[],
): Message["tags"] | undefined {
  const pairs = resources.flatMap((tags) => Object.entries(tags ?? {}));
  const found = [...Map.groupBy(pairs, ([name]) => name)]
    .slice(0, most.tags)
    .map(
      ([name, of]) =>
        [
          cut(name, most.length),
          [...new Set(of.map(([, value]) => cut(value, most.length)))].slice(0, most.values),
        ] as const,
    );
  return found.length ? Object.fromEntries(found) : undefined;
}

/** What an ARN names: `instance/i-1`, `web` of a topic; anything else as it is. */
export const nameIn = (arn: string): string =>
  arn.startsWith("arn:") ? arn.split(":").slice(5).join(":") || arn : arn;
/** The last part of it: `i-1`. */
export const lastOf = (arn: string): string => nameIn(arn).split(/[/:]/).at(-1) || arn;

/** `a`, `a and b`, `a and 3 more`. */
export function together(names: readonly string[]): string {
  const [first = "", second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} and ${names.length - 1} more`;
}

/** `AWS_EC2_INSTANCE_REBOOT` and `InstanceReboot` in words. */
export const unshouted = (code: string): string =>
  code
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();

/** Names, exactly, or their beginning before a `*`. */
export const matchesName = (
  patterns: readonly string[],
  ...names: readonly (string | undefined)[]
): boolean =>
  patterns.some((pattern) =>
    names.some((name) =>
      pattern.endsWith("*") ? name?.startsWith(pattern.slice(0, -1)) : name === pattern,
    ),
  );

/* @__NO_SIDE_EFFECTS__ */
export const namesInEvent = (what: string) =>
  z._default(z.array(z.string()), []).check(z.describe(what));

const order: readonly Severity[] = ["info", "warning", "critical"];
/* @__NO_SIDE_EFFECTS__ */
export const atLeast = (normal: Severity) =>
  z
    ._default(z.enum(["info", "warning", "critical"]), normal)
    .check(z.describe("What is less severe is not told."));
export const reaches = (severity: Severity, least: Severity): boolean =>
  order.indexOf(severity) >= order.indexOf(least);
