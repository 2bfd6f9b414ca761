/**
 * Trusted Advisor: checks that have turned yellow or red for a resource. Its events come in
 * us-east-1 only (rule: home-region). A check is green again when its result says so; without a
 * support plan that lets the account ask, when its event says so.
 */
import * as z from "zod/mini";
import { atLeast, namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { lastOf, nameIn, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { columnsOf, resourceChecked } from "./resource-checked.ts";

const detail = z.object({
  "check-name": z.string(),
  status: z.string(),
  resource_id: text,
  "check-item-detail": z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
});

type Item = z.output<typeof detail>;

/** Not every check names its resources by ARNs: the same name in another region is another. */
function keyOf(item: Item, resource = "account"): string {
  const [, region] = columnsOf(item).find(([name]) => /^region\b/i.test(name)) ?? [];
  const where = resource.startsWith("arn:") || !region ? "" : `${region}/`;
  return `trustedadvisor/${item["check-name"]}/${where}${resource}`;
}

const colours = new Map([
  ["OK", "green"],
  ["INFO", "green"],
  ["ERROR", "red"],
]);

export default stateSignal({
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

  subject(item, { region }) {
    const check = item["check-name"];
    const resource = resourceChecked(item);
    const page = consolePage(globalRegion(region));
    return {
      name: check,
      affected: [resource],
      link: page`trustedadvisor/home#/dashboard?checkName=${check}`,
      key: keyOf(item, resource),
      forWhat: prefixed(" for ", resource && lastOf(nameIn(resource))),
    };
  },

  state: ({ detail: { status } }) => colours.get(status) ?? "yellow",
  states: {
    red: {
      severity: "warning",
      title: ({ subject }) => `Trusted Advisor: ${subject.name} is red${subject.forWhat}`,
    },
    yellow: {
      severity: "info",
      title: ({ subject }) => `Trusted Advisor: ${subject.name} is yellow${subject.forWhat}`,
    },
    green: {
      over: "quietly",
      title: ({ subject }) => `Trusted Advisor: ${subject.name} is fine again${subject.forWhat}`,
    },
  },

  facts: ({ subject, detail: item }) => ({
    check: subject.name,
    status: item.status,
    ...Object.fromEntries(columnsOf(item).slice(0, 8)),
  }),

  confirmation: () => import("./confirmation.ts"),
});
