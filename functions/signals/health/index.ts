/**
 * AWS Health: what AWS itself says of its services in this account, among it maintenance that it
 * has scheduled for instances.
 */
import * as z from "zod/mini";
import type { Severity } from "../../../sdk/message.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { lenientList, tags, text } from "../../../sdk/signals/lenient.ts";
import {
  matchesName,
  message,
  nameIn,
  namesInEvent,
  tagsInEvent,
  together,
  unshouted,
} from "../../../sdk/signals/telling.ts";

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
const alarming = /CREDENTIALS|COMPROMISED|ABUSE|EXPOSED|IRREGULAR_ACTIVITY/;

function severityOf({
  eventTypeCode,
  eventTypeCategory,
  service,
}: z.output<typeof detail>): Severity {
  if (alarming.test(eventTypeCode) || service === "ABUSE") return "critical";
  if (eventTypeCategory === "issue")
    return eventTypeCode.endsWith("_OPERATIONAL_ISSUE") ? "critical" : "warning";
  return eventTypeCategory === "accountNotification" ? "info" : "warning";
}

export default signal({
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

  tell(event, { config, account, region, resources }) {
    const {
      eventArn,
      eventTypeCode,
      eventTypeCategory,
      service = "AWS",
      statusCode,
      startTime,
      endTime,
    } = event;
    if (matchesName(config.ignore, eventTypeCode)) return undefined;
    const over = statusCode === "closed";
    const affected = event.affectedEntities.length
      ? event.affectedEntities.map(({ entityValue }) => entityValue)
      : resources;
    const what = unshouted(
      eventTypeCode
        .replace(/^AWS_/, "")
        .replace(new RegExp(`^${RegExp.escape(service)}_`), "")
        .replace(/_SCHEDULED$/, ""),
    );
    const named = affected.filter((one) => one !== account).map(nameIn);
    const opening =
      service === "ABUSE"
        ? "AWS has a report of abuse"
        : `${says.get(eventTypeCategory ?? "") ?? "AWS says of"} ${service}`;
    const start = `${over ? "Over: " : ""}${opening}: ${what}`;
    const when =
      eventTypeCategory === "scheduledChange" && startTime && !over ? `, from ${startTime}` : "";
    const said =
      event.eventDescription.find(({ language }) => language?.startsWith("en")) ??
      event.eventDescription[0];
    return message({
      title: `${start}${named.length ? `, for ${together(named)}` : ""}${when}`,
      severity: over
        ? "info"
        : matchesName(config.critical, eventTypeCode)
          ? "critical"
          : severityOf(event),
      affected,
      tags: tagsInEvent(event.affectedEntities.map((one) => one.tags)),
      facts: {
        event: eventTypeCode,
        status: statusCode,
        begins: startTime,
        ends: endTime,
        region: event.eventRegion ?? region,
        concerns: event.eventScopeCode === "PUBLIC" ? "everybody in the region" : undefined,
        "AWS says": said && cut(said.latestDescription, 700),
      },
      link:
        eventArn &&
        consolePage(
          globalRegion(region),
        )`health/home#/account/event-log?eventID=${eventArn}&eventTab=details`,
      key: eventArn ?? `health/${region}/${eventTypeCode}`,
      closes: over,
    });
  },
});
