/**
 * EC2 Auto Scaling: groups that cannot launch or terminate instances, and why. The next activity
 * that succeeds ends it, once the group's history says so when it is asked.
 */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { cut } from "../../../sdk/plain.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, text } from "../../../sdk/signals/lenient.ts";
import { prefixed, unstopped } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  AutoScalingGroupName: z.string(),
  EC2InstanceId: text,
  StatusCode: text,
  StatusMessage: text,
  Cause: text,
  Description: text,
  Details: fields({ "Availability Zone": text, "Subnet ID": text }),
});

type Activity = z.output<typeof detail>;

const instanceIn = ({ EC2InstanceId: id }: Activity): string => id || "an instance";
const because = ({ StatusMessage: why }: Activity): string => prefixed(": ", why && unstopped(why));

export default stateSignal({
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

  subject(
    { AutoScalingGroupName: name, EC2InstanceId },
    { detailType, account, region, resources },
  ) {
    const verb = detailType.includes("Launch") ? "launch" : "terminate";
    const resource = `autoScalingGroup:*:autoScalingGroupName/${name}`;
    const arn =
      resources.find((listed) => listed.includes(":autoScalingGroup:")) ??
      arnOf({ service: "autoscaling", region, account, resource });
    const page = consolePage(region);
    return {
      name,
      affected: [name, EC2InstanceId],
      link: page`ec2/home?region=${region}#AutoScalingGroupDetails:id=${name};view=activity`,
      key: `${arn}/${verb}`,
    };
  },

  state: (_, { detailType }) => detailType,
  states: {
    "EC2 Instance Launch Unsuccessful": {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: activity }) =>
        `The Auto Scaling group ${subject.name} cannot launch ${instanceIn(activity)}${because(activity)}`,
    },
    "EC2 Instance Terminate Unsuccessful": {
      severity: "warning",
      title: ({ subject, detail: activity }) =>
        `The Auto Scaling group ${subject.name} cannot terminate ${instanceIn(activity)}${because(activity)}`,
    },
    "EC2 Instance Launch Successful": {
      over: "quietly",
      title: ({ subject, detail: activity }) =>
        `The Auto Scaling group ${subject.name} can launch ${instanceIn(activity)} again`,
    },
    "EC2 Instance Terminate Successful": {
      over: "quietly",
      title: ({ subject, detail: activity }) =>
        `The Auto Scaling group ${subject.name} can terminate ${instanceIn(activity)} again`,
    },
  },

  facts: ({ detail: activity }) => ({
    status: activity.StatusCode,
    why: activity.StatusMessage,
    cause: activity.Cause && cut(activity.Cause, 500),
    zone: activity.Details?.["Availability Zone"],
    subnet: activity.Details?.["Subnet ID"],
  }),

  confirmation: () => import("./confirmation.ts"),
});
