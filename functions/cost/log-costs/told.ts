/** What is told of the groups that take in the most. */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { knownPrice, priceSource } from "../../../aws/pricing/prices.ts";
import { count } from "../../../sdk/counted.ts";
import type { Message } from "../../../sdk/message.ts";
import { dollars } from "../../../sdk/money.ts";
import { sumOf } from "../../../sdk/sum.ts";
import { isUnread, needsStandard, type Readers, readersInWords } from "./readers.ts";
import type { WrittenBytes } from "./written.ts";

/** A group that takes in much. */
export interface BusyGroup {
  readonly name: string;
  readonly written: WrittenBytes;
  /** Packed; what lies there now. */
  readonly storedBytes: number;
  /** Days; absent: for ever. */
  readonly retention?: number;
  readonly kind: string;
  /** Those past the last row are not asked. */
  readonly readers: Readers | "not asked";
}

interface Here {
  readonly region: string;
  readonly config: { readonly days: number; readonly rows: number };
}

const gigabyte = 1024 ** 3;
const daysOfMonth = 30;

export const busyGroupOf = (
  { logGroupName = "", storedBytes = 0, retentionInDays, logGroupClass = "STANDARD" }: LogGroup,
  written: WrittenBytes,
  readers: Readers | "not asked",
): BusyGroup => ({
  name: logGroupName,
  written,
  storedBytes,
  ...(retentionInDays !== undefined && { retention: retentionInDays }),
  kind: logGroupClass,
  readers,
});

/** What each class is asked for what it takes in. */
const priceOfClass: Readonly<Record<string, string>> = {
  STANDARD: "logs:ingest",
  INFREQUENT_ACCESS: "logs:ingest-infrequent",
};

const classInWords: Readonly<Record<string, string>> = {
  STANDARD: "standard",
  INFREQUENT_ACCESS: "infrequent access",
  DELIVERY: "delivery",
};

/** Gigabytes a month at that pace. */
const monthOf = ({ written }: BusyGroup, days: number): number =>
  ((written.bytes / gigabyte) * daysOfMonth) / days;

function costOf(group: BusyGroup, { region, config }: Here): number | undefined {
  const key = priceOfClass[group.kind];
  const price = key === undefined ? undefined : knownPrice(region, key);
  return price === undefined ? undefined : monthOf(group, config.days) * price;
}

function rowOf(group: BusyGroup, here: Here): readonly string[] {
  const { readers, retention, storedBytes, kind } = group;
  const cost = costOf(group, here);
  return [
    group.name,
    monthOf(group, here.config.days).toFixed(1),
    cost === undefined ? "unknown" : dollars(cost),
    readers === "not asked" ? "not asked" : readersInWords(readers),
    retention === undefined ? "for ever" : count(retention, "day"),
    (storedBytes / gigabyte).toFixed(1),
    classInWords[kind] ?? kind,
  ];
}

function priceInWords(groups: readonly BusyGroup[], here: Here): string {
  const source = priceSource(here.region, "logs");
  const costs = groups.map((group) => costOf(group, here));
  const known = costs.flatMap((cost) => cost ?? []);
  if (!source || !known.length)
    return "unknown: no price list of this region has been read. `npx nightshift prices refresh` reads it";
  const sum = dollars(sumOf(known));
  const rest = costs.length - known.length;
  const without = rest ? `, without ${count(rest, "group")} whose price is not known` : "";
  return `about ${sum} a month for what they take in${without}, by ${source}; logs that services of AWS deliver are asked less from their first 10 TB on, and what is stored is asked beside it`;
}

/** What the other class would save, of groups that could do with it. */
function infrequentInWords(groups: readonly BusyGroup[], here: Here): string | undefined {
  const able = groups.filter(
    ({ kind, readers }) =>
      kind === "STANDARD" && readers !== "not asked" && !needsStandard(readers),
  );
  if (!able.length) return undefined;
  const [standard, infrequent] = Object.values(priceOfClass).map((key) =>
    knownPrice(here.region, key),
  );
  const size = able.reduce((sum, group) => sum + monthOf(group, here.config.days), 0);
  const saving =
    standard === undefined || infrequent === undefined
      ? "what that would save is unknown"
      : `that would save about ${dollars(size * (standard - infrequent))} a month`;
  return `${count(able.length, "group")} with neither metric filters nor subscriptions could be of the class Infrequent Access: ${saving}. A group's class is chosen when it is made, so it takes a new group; Live Tail, alarms on what is in it and exports are not for that class`;
}

/** @returns nothing where no group takes in that much */
export function logCostsMessage(found: readonly BusyGroup[], here: Here): Message | undefined {
  const [first] = found;
  if (!first) return undefined;
  const { region, config } = here;
  const asked = found.filter(({ readers }) => readers !== "not asked");
  const unread = asked.filter(({ readers }) => readers !== "not asked" && isUnread(readers));
  const [hidden] = asked.flatMap(({ name, readers }) =>
    readers !== "not asked" && "unreadable" in readers ? [`${name}: ${readers.unreadable}`] : [],
  );
  const size = found.reduce((sum, group) => sum + monthOf(group, config.days), 0);
  const infrequent = infrequentInWords(asked, here);
  const nobody = unread.length ? `, and nobody is seen to read ${unread.length} of them` : "";
  const forever = found.filter(({ retention }) => retention === undefined).length;
  const takes = found.length === 1 ? "takes" : "take";
  return {
    title: `${count(found.length, "log group")} in ${region} ${takes} in ${size.toFixed(1)} GB a month${nobody}`,
    severity: "info",
    facts: {
      counted: `over the last ${count(config.days, "whole day")}, by CloudWatch's IncomingBytes; a day without a count is one on which nothing was written`,
      price: priceInWords(found, here),
      ...(unread.length > 0 && {
        "nobody is seen to read": `${unread.map(({ name }) => name).join(", ")}: no subscription, no metric filter and no query of late. Who reads events in the console or by the API is not seen`,
      }),
      ...(infrequent !== undefined && { "infrequent access": infrequent }),
      ...(forever > 0 && {
        "kept for ever": `${count(forever, "group")}: \`log-retention\` gives them an end`,
      }),
      ...(hidden !== undefined && { "not known": `who reads ${hidden}` }),
      ...(found.length > asked.length && {
        "not listed": `${count(found.length - asked.length, "group")} more, each of which takes in less`,
      }),
      "what to do":
        "Ask whoever writes there for less: a higher level, sampling, no bodies of requests. What only goes elsewhere can be sent there without CloudWatch",
    },
    table: {
      columns: [
        "log group",
        "GB a month",
        "costs a month",
        "read by",
        "kept",
        "stored GB",
        "class",
      ],
      rows: asked.map((group) => rowOf(group, here)),
    },
    affected: asked.map(({ name }) => name),
  };
}
