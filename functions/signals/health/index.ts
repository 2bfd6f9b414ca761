/**
 * AWS Health: what AWS itself says of its services in this account, among it maintenance that it
 * has scheduled for instances. It is over when AWS Health says so if it is asked; without a support
 * plan that lets the account ask, when its event says so.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { lenientList, tags, text } from "../../../sdk/signals/lenient.ts";
import { inAccount, nameIn, prefixed, together, unshouted } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { tagsInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  eventArn: text,
  service: text,
  eventTypeCode: z.string(),
  eventTypeCategory: text,
  eventScopeCode: text,
  statusCode: text,
  startTime: text,
  endTime: text,
  eventRegion: text,
  affectedAccount: text,
  eventDescription: lenientList(z.object({ language: text, latestDescription: z.string() })),
  affectedEntities: lenientList(z.object({ entityValue: z.string(), tags })),
});

const says = new Map([
  ["issue", "AWS has an issue with"],
  ["investigation", "AWS looks into an issue with"],
  ["scheduledChange", "AWS has scheduled for"],
  ["accountNotification", "AWS has a notice about"],
]);

/** Credentials that are public, abuse that is reported: somebody else may be in the account. */
const alarming = /CREDENTIALS|COMPROMISED|ABUSE|EXPOSED|IRREGULAR_ACTIVITY|QUARANTINE/;
/** Data that is gone: `AWS_EBS_VOLUME_LOST`. */
const lost = /_(LOST|LOSS)(_|$)/;

type Event = z.output<typeof detail>;

function severityOf({ detail: event }: { readonly detail: Event }): Severity {
  const { eventTypeCode, eventTypeCategory, service } = event;
  if (alarming.test(eventTypeCode) || service === "ABUSE") return "critical";
  if (lost.test(eventTypeCode)) return "critical";
  if (eventTypeCategory === "issue")
    return eventTypeCode.endsWith("_OPERATIONAL_ISSUE") ? "critical" : "warning";
  return eventTypeCategory === "accountNotification" ? "info" : "warning";
}

function opening({ service = "AWS", eventTypeCategory = "" }: Event): string {
  if (service === "ABUSE") return "AWS has a report of abuse";
  if (service === "RISK") return "AWS warns of a risk to the account";
  return `${says.get(eventTypeCategory) ?? "AWS says of"} ${service}`;
}

/** `instance store drive performance degraded` of `AWS_EC2_INSTANCE_STORE_…_SCHEDULED`. */
const happening = ({ service = "AWS", eventTypeCode }: Event): string =>
  unshouted(
    eventTypeCode
      .replace(/^AWS_/, "")
      .replace(new RegExp(`^${RegExp.escape(service)}_`), "")
      .replace(/_SCHEDULED$/, ""),
  );

const startOf = ({ eventTypeCategory, startTime }: Event): string | undefined =>
  eventTypeCategory === "scheduledChange" ? startTime : undefined;

const regionForm = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * The region that it is about: AWS sends it there, and to a second region for when that one is
 * away. A global one is of the partition's first region.
 */
function placeOf({ eventArn, eventRegion }: Event): string | undefined {
  const region = eventArn?.split(":")[3] || eventRegion;
  if (region === "global") return globalRegion("");
  return regionForm.test(region ?? "") ? region : undefined;
}

function descriptionIn({ eventDescription: texts }: Event): string | undefined {
  const text = texts.find(({ language }) => language?.startsWith("en")) ?? texts[0];
  return text && cut(text.latestDescription, 700);
}

export default stateSignal({
  id: "health",
  family: "signals",
  summary: "Tells of AWS Health: issues of AWS, and changes that it has scheduled",
  on: [
    { source: "aws.health", detailType: "AWS Health Event" },
    { source: "aws.health", detailType: "AWS Health Abuse Event" },
  ],
  config: z.strictObject({
    critical: namesInEvent(
      "Event type codes that are critical, `AWS_EC2_*` names all that begin so.",
    ),
    ignore: namesInEvent("Event type codes that are not told."),
  }),
  detail,

  subject(event, { account, region, resources }) {
    const { eventArn, eventTypeCode } = event;
    const entities = event.affectedEntities.map(({ entityValue }) => entityValue);
    const affected = entities.length > 0 ? entities : resources;
    const page = consolePage(globalRegion(region));
    const others = affected.filter((name) => name !== account).map(nameIn);
    return {
      name: eventTypeCode,
      affected,
      tags: tagsInEvent(event.affectedEntities.map((entity) => entity.tags)),
      link: eventArn && page`health/home#/account/event-log?eventID=${eventArn}&eventTab=details`,
      key: eventArn ?? `health/${placeOf(event) ?? region}/${eventTypeCode}`,
      region: placeOf(event),
      what: `${opening(event)}: ${happening(event)}${prefixed(", for ", together(others))}${inAccount(event.affectedAccount, account)}`,
    };
  },

  state: ({ detail: { statusCode } }) => (statusCode === "closed" ? "closed" : "open"),
  states: {
    open: {
      severity: severityOf,
      mayBeCritical: true,
      title: ({ subject, detail: event }) =>
        `${subject.what}${prefixed(", from ", startOf(event))}`,
    },
    closed: { over: "told", title: ({ subject }) => `Over: ${subject.what}` },
  },

  facts: ({ detail: event }, { region }) => ({
    event: event.eventTypeCode,
    status: event.statusCode,
    begins: event.startTime,
    ends: event.endTime,
    region: placeOf(event) ?? region,
    account: event.affectedAccount,
    concerns: event.eventScopeCode === "PUBLIC" ? "everybody in the region" : undefined,
    "AWS says": descriptionIn(event),
  }),

  confirmation: () => import("./confirmation.ts"),
});
