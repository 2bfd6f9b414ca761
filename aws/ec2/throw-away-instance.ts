/**
 * Instances that exist for a while only. IAM lets them be made with the tag that says so, lets only
 * what carries it be attached to them, and lets only them be taken away. The role that they have is
 * the one that the unit's settings name (`named_drill_role`), and no other.
 */
import {
  AttachVolumeCommand,
  DetachVolumeCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";
import { throwAwayTag } from "./throw-away.ts";

const carriesTag = { StringLike: { [`aws:ResourceTag/${throwAwayTag}`]: "*" } };
const asksForTag = { StringLike: { [`aws:RequestTag/${throwAwayTag}`]: "*" } };

const gone = ["InvalidInstanceID.NotFound"];
const irreversible = "nothing was on it but what was restored from a backup, which is still there";

/**
 * By itself, for whoever takes away and makes none.
 * @param on which instances
 */
/* @__NO_SIDE_EFFECTS__ */
export const throwAwayInstanceTermination = (on = "instance/*") =>
  write("ec2:TerminateInstances", EC2Client, TerminateInstancesCommand, {
    on,
    when: carriesTag,
    already: gone,
    irreversible,
  });

/**
 * What is made must carry the tag; of what it is made, and where, is only named. Where the settings
 * ask for no such instance, `drill_machine` names none: then nothing of this is granted.
 */
const machine = "instance/{named_drill_machine}";
const volume = "volume/{named_drill_machine}";
const made = [machine, "network-interface/{named_drill_machine}", volume];
const from = [
  "arn:{partition}:ec2:{region}::image/{named_drill_machine}",
  "arn:{partition}:ec2:{region}::snapshot/{named_drill_machine}",
  "security-group/{named_drill_machine}",
  "subnet/{named_drill_machine}",
];

/* @__NO_SIDE_EFFECTS__ */
export function throwAwayMachines() {
  const terminate = throwAwayInstanceTermination(machine);
  const start = write("ec2:RunInstances", EC2Client, RunInstancesCommand, {
    on: made,
    when: asksForTag,
    also: {
      "ec2:RunInstances": { on: from },
      "ec2:CreateTags": {
        on: made,
        when: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
      },
      "iam:PassRole": {
        on: "arn:{partition}:iam::{account}:role/{named_drill_role}",
        when: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
      },
    },
    token: { field: "ClientToken" },
    refusable: true,
    made: ({ Instances }) => Instances?.[0]?.InstanceId,
    inverse: [
      terminate,
      (_, { Instances = [] }) => ({
        InstanceIds: Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      }),
    ],
  });
  const detach = write("ec2:DetachVolume", EC2Client, DetachVolumeCommand, {
    on: [machine, volume],
    when: carriesTag,
    // Of one that is not attached EC2 says so: there is nothing to do.
    already: ["IncorrectState", "InvalidAttachment.NotFound", "InvalidVolume.NotFound", ...gone],
    irreversible: "it is looked at no more",
  });
  const attach = write("ec2:AttachVolume", EC2Client, AttachVolumeCommand, {
    on: [machine, volume],
    when: carriesTag,
    // It is this flow's own volume: whoever has attached it was this flow.
    already: ["VolumeInUse"],
    refusable: true,
    inverse: [detach, ({ VolumeId, InstanceId }) => ({ VolumeId, InstanceId })],
  });
  return { start, terminate, attach, detach };
}
