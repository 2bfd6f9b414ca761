/**
 * EC2 Auto Scaling: groups that cannot launch or terminate instances, and why. The next activity
 * that succeeds ends it.
 */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  AutoScalingGroupName: z.string(),
  EC2InstanceId: text,
  StatusCode: text,
  StatusMessage: text,
  Cause: text,
  Description: text,
  Details: fields({ "Availability Zone": text, "Subnet ID": text }),
});

export default signal({
  id: "auto-scaling",
  family: "signals",
  summary: "Tells of Auto Scaling groups that cannot launch or terminate instances",
  on: [
    "EC2 Instance Launch Unsuccessful",
    "EC2 Instance Terminate Unsuccessful",
    "EC2 Instance Launch Successful",
    "EC2 Instance Terminate Successful",
  ].map((detailType) => ({ source: "aws.autoscaling", detailType })),
  config: z.strictObject({
    critical: namesInEvent(
      "Groups whose failed launch is critical, `web-*` names all that begin so.",
    ),
    ignore: namesInEvent("Groups that are not told."),
  }),
  detail,

  tell(activity, { config, detailType, account, region, resources }) {
    const { AutoScalingGroupName: group, StatusMessage: why, EC2InstanceId: instance } = activity;
    if (matchesName(config.ignore, group)) return undefined;
    const launch = detailType.includes("Launch");
    const over = detailType.endsWith(" Successful");
    const verb = launch ? "launch" : "terminate";
    const arn =
      resources.find((one) => one.includes(":autoScalingGroup:")) ??
      `arn:${partitionOf(region)}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${group}`;
    return message({
      title: `The Auto Scaling group ${group} ${over ? "can" : "cannot"} ${verb} ${instance || "an instance"}${over ? " again" : why ? `: ${why.replace(/\.$/, "")}` : ""}`,
      severity: over
        ? "info"
        : launch && matchesName(config.critical, group)
          ? "critical"
          : "warning",
      affected: [group, instance],
      facts: {
        status: activity.StatusCode,
        why,
        cause: activity.Cause && cut(activity.Cause, 500),
        zone: activity.Details?.["Availability Zone"],
        subnet: activity.Details?.["Subnet ID"],
      },
      link: consolePage(
        region,
      )`ec2/home?region=${region}#AutoScalingGroupDetails:id=${group};view=activity`,
      key: `${arn}/${verb}`,
      closes: over,
      quiet: over,
    });
  },
});
