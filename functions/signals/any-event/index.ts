/** Makes any event readable, of AWS or of your own, that no other signal is for. */

import * as z from "zod/mini";
import { bytesText } from "../../../sdk/bytes.ts";
import { isFields } from "../../../sdk/fields.ts";
import type { Severity } from "../../../sdk/message.ts";
import { cut, plain } from "../../../sdk/plain.ts";
import { redact, redactText } from "../../../sdk/redact.ts";
import { severities } from "../../../sdk/severity.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { lastOf, nameIn, prefixed } from "../../../sdk/signals/names.ts";
import {
  type Fact,
  type NamedEvent,
  reasonIn,
  severityJudged,
  stateIn,
  subjectIn,
  telling,
} from "./judge.ts";

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

/** CloudTrail's own bookkeeping, which tells nobody anything at night. */
const bookkeeping =
  /^(eventVersion|eventTime|eventType|eventCategory|apiVersion|awsRegion|managementEvent|readOnly|requestID|eventID|recipientAccountId|tlsDetails\..*|userIdentity\.(principalId|accountId|sessionContext\..*)|.*\.(xmlns|_?return|requestId)|additionalEventData\..*)$/;

/**
 * `arn:aws:ec2:eu-west-1:123456789012:instance/i-1` is `instance/i-1` to people: account and region
 * are told beside. `secret:` before a name would hide it as one.
 */
const short = (resource: string): string => nameIn(resource).replace(/^secret:/, "");

/** What it is about, and how many things else. */
interface About {
  /** A name, an id or an ARN. */
  readonly subject: string | undefined;
  readonly affected: readonly string[];
}

function aboutOf(event: NamedEvent): About {
  const certificate = event.facts.find(([path]) => path === "CommonName")?.[1];
  const subject = certificate ?? subjectIn(event);
  return { subject, affected: [...new Set([subject ?? [], event.resources].flat())].slice(0, 20) };
}

function aboutText({ subject }: About, { resources }: NamedEvent): string | undefined {
  if (subject === undefined) return undefined;
  const others = resources.includes(subject) ? resources.length - 1 : 0;
  return others > 0 ? `${short(subject)} and ${others} more` : short(subject);
}

/** The page of what it is about, by its ARN, or of a resource beside it. */
function pageOf({ subject = "", affected }: About, { facts }: NamedEvent): string | undefined {
  const named = facts.find(([, value]) => isArn(value) && lastOf(value) === subject)?.[1];
  const arn = [subject, named ?? "", ...affected].find(isArn);
  return arn && consolePage(globalRegion(arn.split(":")[3] ?? ""))`go/view?arn=${arn}`;
}
const isArn = (text: string): boolean => /^arn:aws[a-z-]*:[a-z0-9-]+:/.test(text);

/** What AWS calls the headline of an event, where it has one. */
const headlines = ["title", "Title", "title.value", "eventTypeCode"] as const;

/** Which of the things that its type stands for has happened, by a name that AWS gives it. */
function happenedIn(facts: readonly Fact[]): string | undefined {
  const fields = new Map(facts);
  return [...headlines, "event", "eventName"].flatMap((name) => fields.get(name) ?? [])[0];
}

/** A text alone, through a topic or a queue: nothing in it says what it is about. */
const isBareText = (facts: readonly Fact[]): boolean =>
  facts.length === 1 && facts[0]?.[0] === "message";

/**
 * What goes wrong again with the same thing in the same way is one matter. Nothing is known to end
 * it, so that what is well is none of it.
 */
function keyOf({ source, detailType, facts, severity }: Told, subject: string | undefined) {
  if (severity === "info" || subject === undefined || isBareText(facts)) return undefined;
  return [source, detailType, happenedIn(facts) ?? [], subject].flat().join("/");
}

/** What has happened, in which state it is, and why where that is not well. */
function headline(facts: readonly Fact[], severity: Severity): string {
  const fields = new Map(facts);
  const [title] = headlines.flatMap((name) => fields.get(name) ?? []);
  const outside = facts.filter(([path]) => !path.includes("."));
  const happened = title ?? fields.get("event");
  const told = title === undefined ? facts : outside;
  const state = stateIn(told.filter(([path]) => path !== "event" || happened === undefined));
  const isTold = happened !== undefined || state !== undefined;
  const why = title === undefined && (severity !== "info" || !isTold) && reasonIn(facts, state);
  return [happened, state === happened ? undefined : state, why]
    .flatMap((part) => (part ? cut(part.replaceAll("\\n", " "), 160) : []))
    .join(": ");
}

function titleOfCall({ source, facts }: Told, on: string): string {
  const fields = new Map(facts);
  const who =
    fields.get("userIdentity.arn") ??
    fields.get("userIdentity.invokedBy") ??
    fields.get("userIdentity.type") ??
    "somebody";
  const refused = fields.get("errorCode");
  const did = `called ${source} ${cut(fields.get("eventName") ?? "", 100)}${prefixed(" on ", on)}`;
  return `${cut(short(who), 100)} ${did}${prefixed(", refused with ", refused && cut(refused, 80))}`;
}

/** An event as it is told. */
interface Told extends NamedEvent {
  readonly source: string;
  readonly severity: Severity;
}

function titleOf(event: Told, about: string | undefined): string {
  const { source, detailType, facts, severity } = event;
  const on = about === undefined ? "" : cut(about, 150);
  const call = facts.find(([path]) => path === "eventName")?.[1];
  const isService = detailType === "AWS Service Event via CloudTrail";
  if (call && detailType.endsWith("via CloudTrail") && !isService) return titleOfCall(event, on);
  const type = cut((isService && call) || detailType, 100);
  const rest = isService ? facts.filter(([path]) => path !== "eventName") : facts;
  return `${source} says "${type}${prefixed(": ", headline(rest, severity))}"${prefixed(" about ", on)}`;
}

/** As people read it: `21 GiB` of `backupSizeInBytes`. */
const shown = (path: string, value: string): string =>
  /bytes$/i.test(path) && /^\d{4,15}$/.test(value)
    ? bytesText(Number(value))
    : cut(value, most.value);

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
    const from = resources.map((resource) => plain(redactText(resource)));
    const named: NamedEvent = {
      detailType: plain(detailType),
      facts: told,
      resources: telling(from),
    };
    const severity =
      config.severity.find((one) => fits(one, event))?.severity ?? severityJudged(named);
    const about = aboutOf(named);
    const toldAs = { ...named, source: cut(plain(source), 60), severity };
    const link = pageOf(about, named);
    const key = keyOf(toldAs, about.subject);
    return {
      title: titleOf(toldAs, aboutText(about, named)),
      severity,
      ...(about.affected.length > 0 && { affected: about.affected }),
      ...(link !== undefined && { link }),
      ...(key !== undefined && { key, passing: true }),
      facts: {
        ...(from.length > 0 && { resources: cut(from.join(", "), 1_000) }),
        ...Object.fromEntries(
          told.slice(0, most.fields).map(([path, value]) => [path, shown(path, value)]),
        ),
        ...(told.length > most.fields && { "…": `${told.length - most.fields} more fields` }),
      },
    };
  },
});
