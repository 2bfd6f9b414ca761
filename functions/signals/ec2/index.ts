/**
 * EC2: instances that stop, spot instances that AWS takes back. Maintenance that AWS has scheduled
 * comes with AWS Health.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({ "instance-id": z.string(), state: text, "instance-action": text });

export default stateSignal({
  id: "ec2",
  family: "signals",
  summary: "Tells of EC2 instances that stop, are terminated, or are taken back by AWS",
  on: [
    {
      source: "aws.ec2",
      detailType: "EC2 Instance State-change Notification",
      where: { state: ["running", "stopped", "terminated"] },
    },
    { source: "aws.ec2", detailType: "EC2 Spot Instance Interruption Warning" },
    { source: "aws.ec2", detailType: "EC2 Instance Rebalance Recommendation" },
  ],
  config: z.strictObject({
    critical: namesInEvent("Instances, by id, whose end is critical."),
    ignore: namesInEvent("Instances, by id, that are not told."),
    states: z
      ._default(z.array(z.enum(["stopped", "terminated"])), ["stopped", "terminated"])
      .check(
        z.describe("Which states are told. Where instances come and go by themselves, none: `[]`."),
      ),
  }),
  detail,

  subject({ "instance-id": id }, { account, region }) {
    const arn = arnOf({ service: "ec2", region, account, resource: `instance/${id}` });
    return {
      name: id,
      affected: [arn],
      link: consolePage(region)`ec2/home?region=${region}#InstanceDetails:instanceId=${id}`,
      key: arn,
      spot: `${arn}/spot`,
    };
  },

  state({ detail: { state } }, { config, detailType }) {
    if (state === undefined) return detailType.includes("Rebalance") ? "at risk" : "taken back";
    return state === "running" ? state : config.states.find((told) => told === state);
  },
  states: {
    stopped: {
      severity: "info",
      mayBeCritical: true,
      title: ({ subject }) => `The instance ${subject.name} is stopped`,
    },
    terminated: {
      severity: "info",
      mayBeCritical: true,
      title: ({ subject }) => `The instance ${subject.name} is terminated`,
    },
    running: {
      over: "quietly",
      title: ({ subject }) => `The instance ${subject.name} runs again`,
    },
    "at risk": {
      severity: "info",
      key: ({ subject }) => subject.spot,
      title: ({ subject }) =>
        `The spot instance ${subject.name} is at risk of being taken back by AWS`,
    },
    "taken back": {
      severity: "warning",
      mayBeCritical: true,
      key: ({ subject }) => subject.spot,
      title: ({ subject, detail: { "instance-action": action } }) =>
        `AWS takes back the spot instance ${subject.name} in two minutes${prefixed(": it will ", action)}`,
    },
  },

  facts: ({ detail: { state, "instance-action": action } }) => ({ state, action }),

  confirmation: () => import("./confirmation.ts"),
});
