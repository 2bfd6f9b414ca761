/**
 * Trusted Advisor: checks that have turned yellow or red for a resource. Its events come in
 * us-east-1 only (rule: home-region).
 */
import * as z from "zod/mini";
import { signal } from "../../../sdk/signal.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import {
  atLeast,
  lastOf,
  matchesName,
  message,
  nameIn,
  namesInEvent,
  reaches,
} from "../../../sdk/signals/telling.ts";

const detail = z.object({
  "check-name": z.string(),
  status: z.string(),
  resource_id: text,
  "check-item-detail": z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
});

export default signal({
  id: "trusted-advisor",
  family: "signals",
  summary: "Tells of checks of Trusted Advisor that turn yellow or red",
  on: [
    { source: "aws.trustedadvisor", detailType: "Trusted Advisor Check Item Refresh Notification" },
  ],
  config: z.strictObject({
    atLeast: atLeast("warning"),
    ignore: namesInEvent("Checks that are not told, by name."),
  }),
  detail,

  tell(
    { "check-name": check, status, resource_id: id, "check-item-detail": item = {} },
    { config, region },
  ) {
    const over = status === "OK" || status === "INFO";
    const severity = status === "ERROR" ? "warning" : "info";
    if (matchesName(config.ignore, check) || (!over && !reaches(severity, config.atLeast)))
      return undefined;
    const shown = Object.entries(item).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" && name !== "Status"
        ? [[name, value] as const]
        : [],
    );
    // It names the resource by an ARN, or in a field of each check's own.
    const on = id || shown.find(([name]) => /\b(id|name|arn)$/i.test(name))?.[1];
    return message({
      title: `Trusted Advisor: ${check} is ${over ? "fine again" : status === "ERROR" ? "red" : "yellow"}${on ? ` for ${lastOf(nameIn(on))}` : ""}`,
      severity: over ? "info" : severity,
      affected: [on],
      facts: { check, status, ...Object.fromEntries(shown.slice(0, 8)) },
      link: consolePage(globalRegion(region))`trustedadvisor/home#/dashboard?checkName=${check}`,
      key: `trustedadvisor/${check}/${on ?? "account"}`,
      closes: over,
      quiet: over,
    });
  },
});
