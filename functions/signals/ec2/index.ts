/**
 * EC2: instances that stop, spot instances that AWS takes back. Maintenance that AWS has scheduled
 * comes with AWS Health.
 */
import * as z from "zod/mini";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({ "instance-id": z.string(), state: text, "instance-action": text });

export default signal({
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

  tell(
    { "instance-id": id, state, "instance-action": action },
    { config, detailType, account, region },
  ) {
    if (matchesName(config.ignore, id)) return undefined;
    const arn = `arn:${partitionOf(region)}:ec2:${region}:${account}:instance/${id}`;
    const critical = matchesName(config.critical, id);
    const link = consolePage(region)`ec2/home?region=${region}#InstanceDetails:instanceId=${id}`;
    if (state === undefined)
      return detailType.includes("Rebalance")
        ? message({
            title: `The spot instance ${id} is at risk of being taken back by AWS`,
            severity: "info",
            affected: [arn],
            facts: {},
            link,
            key: `${arn}/spot`,
          })
        : message({
            title: `AWS takes back the spot instance ${id} in two minutes${action ? `: it will ${action}` : ""}`,
            severity: critical ? "critical" : "warning",
            affected: [arn],
            facts: { action },
            link,
            key: `${arn}/spot`,
          });
    const runs = state === "running";
    if (!runs && !config.states.some((one) => one === state)) return undefined;
    return message({
      title: `The instance ${id} ${runs ? "runs again" : `is ${state}`}`,
      severity: critical && !runs ? "critical" : "info",
      affected: [arn],
      facts: { state },
      link,
      key: arn,
      closes: runs,
      quiet: runs,
    });
  },

  reads: [describeInstances],
  async over({ "instance-id": id }, { read }) {
    // By filter: asked by its id, one that is gone would be an error.
    for await (const { State } of read(
      describeInstances({ Filters: [{ Name: "instance-id", Values: [id] }] }),
    ))
      return State?.Name === "running";
    throw new Error(`there is no instance ${id} any more`);
  },
});
