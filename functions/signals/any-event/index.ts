/** Makes any event readable, of AWS or of your own, that no other signal is for. */

import * as z from "zod/mini";
import { isFields } from "../../../sdk/fields.ts";
import { cut, plain } from "../../../sdk/plain.ts";
import { redact } from "../../../sdk/redact.ts";
import { severities } from "../../../sdk/severity.ts";
import { signal } from "../../../sdk/signal.ts";
import { type Fact, type Judged, severityJudged, stateIn, subjectIn, telling } from "./judge.ts";

const isLeaf = (value: unknown): value is string | number | boolean =>
  ["string", "number", "boolean"].includes(typeof value) && value !== "";

/** Every leaf by its path, the outermost first: what matters most lies rarely deep. */
function flatten(detail: unknown): [path: string, value: string][] {
  const leaves: [string, string][] = [];
  let level: [string, unknown][] = [["", detail]];
  while (level.length > 0) {
    const next: [string, unknown][] = [];
    for (const [path, value] of level) {
      if (isLeaf(value)) leaves.push([path || "detail", String(value)]);
      else if (Array.isArray(value) && value.every(isLeaf))
        value.length > 0 && leaves.push([path || "detail", value.join(", ")]);
      else if (Array.isArray(value))
        next.push(...value.map((item, at): [string, unknown] => [`${path}[${at}]`, item]));
      else if (isFields(value))
        next.push(
          ...Object.entries(value).map(([name, field]): [string, unknown] => [
            path ? `${path}.${name}` : name,
            field,
          ]),
        );
    }
    level = next;
  }
  return leaves;
}

/** What AWS calls the headline of an event and the thing it is about, the most telling first. */
const headlines = [
  "title",
  "Title",
  "eventTypeCode",
  "reason",
  "status",
  "state",
  "state.value",
  "message",
] as const;
/** CloudTrail's own bookkeeping, which tells nobody anything at night. */
const bookkeeping =
  /^(eventVersion|eventTime|eventType|eventCategory|apiVersion|awsRegion|managementEvent|readOnly|requestID|eventID|recipientAccountId|tlsDetails\..*|userIdentity\.(principalId|accountId|sessionContext\..*)|.*\.(xmlns|_?return|requestId)|additionalEventData\..*)$/;

/**
 * `arn:aws:ec2:eu-west-1:123456789012:instance/i-1` is `instance/i-1` to people: account and region
 * are told beside.
 */
const short = (resource: string): string =>
  resource.startsWith("arn:") ? resource.split(":").slice(5).join(":") || resource : resource;

function subject(resources: readonly string[], event: Judged): string | undefined {
  const certificate = event.facts.find(([path]) => path === "CommonName")?.[1];
  if (certificate) return certificate;
  const [first, ...others] = telling(resources);
  const named = first ?? subjectIn(event);
  if (!first) return named && short(named);
  return others.length > 0 ? `${short(first)} and ${others.length} more` : short(first);
}

function title(
  source: string,
  detailType: string,
  fields: ReadonlyMap<string, string>,
  about: string | undefined,
): string {
  const [from, on] = [cut(source, 60), about === undefined ? "" : cut(about, 150)];
  const call = fields.get("eventName");
  if (call && detailType.endsWith("via CloudTrail")) {
    const who =
      fields.get("userIdentity.arn") ??
      fields.get("userIdentity.invokedBy") ??
      fields.get("userIdentity.type") ??
      "somebody";
    const refused = fields.get("errorCode");
    return `${cut(short(who), 100)} called ${from} ${cut(call, 100)}${on && ` on ${on}`}${refused ? `, refused with ${cut(refused, 80)}` : ""}`;
  }
  const headline = headlines.flatMap((name) => fields.get(name) ?? [])[0] ?? stateIn([...fields]);
  return `${from} says "${[cut(detailType, 100), headline && cut(headline, 100)].filter(Boolean).join(": ")}"${on && ` about ${on}`}`;
}

const occasion = { source: z.string(), detailType: z.optional(z.string()) };
const fits = (
  one: { source: string; detailType?: string | undefined },
  event: { source: string; detailType: string },
): boolean =>
  one.source === event.source &&
  (one.detailType === undefined || one.detailType === event.detailType);

/** So many fields are told, each so long. The rest is counted. */
const most = { fields: 24, value: 400 };

export default signal({
  id: "any-event",
  family: "signals",
  summary: "Makes any other event readable, of AWS or of your own",
  on: [],
  fallback: true,
  config: z.strictObject({
    severity: z
      ._default(z.array(z.strictObject({ ...occasion, severity: z.enum(severities) })), [])
      .check(
        z.describe(
          "The first that fits decides; else it is judged by what the event says of itself.",
        ),
      ),
    ignore: z
      ._default(z.array(z.strictObject(occasion)), [])
      .check(z.describe("Events that are not told at all.")),
  }),
  detail: z.unknown(),

  tell(detail, { config, source, detailType, resources }) {
    const event = { source, detailType };
    if (config.ignore.some((one) => fits(one, event))) return undefined;
    const all = flatten(redact(detail, { text: 1_000, total: 50_000 })).map(
      ([path, value]): Fact => [cut(plain(path), 100), plain(value)],
    );
    const told = detailType.endsWith("via CloudTrail")
      ? all.filter(([path]) => !bookkeeping.test(path))
      : all;
    const fields = new Map(told);
    const from = resources.map(plain);
    const judgement = { detailType, facts: told };
    return {
      title: title(plain(source), plain(detailType), fields, subject(from, judgement)),
      severity:
        config.severity.find((one) => fits(one, event))?.severity ?? severityJudged(judgement),
      facts: {
        ...(from.length > 0 && { resources: cut(from.join(", "), 1_000) }),
        ...Object.fromEntries(
          told.slice(0, most.fields).map(([path, value]) => [path, cut(value, most.value)]),
        ),
        ...(told.length > most.fields && { "…": `${told.length - most.fields} more fields` }),
      },
    };
  },
});
