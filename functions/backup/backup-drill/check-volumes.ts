/**
 * Reads restored volumes on an instance that is made for that, and terminates it. Whatever goes wrong
 * with it proves nothing, and stops no drill: what was made is taken away all the same.
 */
import type { Instance, RunInstancesCommandInput, Tag } from "@aws-sdk/client-ec2";
import type { GetCommandInvocationCommandOutput } from "@aws-sdk/client-ssm";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { throwAwayMachines } from "../../../aws/ec2/throw-away-instance.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import {
  describeInstanceInformation,
  getCommandInvocation,
  listCommands,
  throwAwayCommand,
} from "../../../aws/ssm/command.ts";
import { shellScript, shellScriptStep } from "../../../aws/ssm/shell-script.ts";
import { refusalIn } from "../../../sdk/call.ts";
import { inDoubt, inOneLine } from "../../../sdk/errors.ts";
import type { Carrier } from "../../../sdk/flow.ts";
import { after, hours, inWords, minutes } from "../../../sdk/time.ts";
import type { DrillVerdict } from "../drill-told.ts";
import { checkCost, type VolumeCheck } from "./check.ts";
import type { CheckPlace } from "./check-place.ts";
import { checkScriptFor } from "./check-script.ts";
import { verdictOnScript } from "./check-verdict.ts";

const { start, terminate, attach, detach } = throwAwayMachines();
const sendCommand = throwAwayCommand();

export const checkReads = [
  describeInstances,
  describeVolumes,
  describeInstanceInformation,
  getCommandInvocation,
  listCommands,
] as const;
export const checkWrites = [start, terminate, attach, detach, sendCommand] as const;
export const checkDeclared = { start, attach, sendCommand };
type Aws = Pick<
  Carrier<typeof checkReads, typeof checkWrites>,
  "look" | "takeBack" | "until" | "write"
>;

/** What is to be read, and where. */
export interface CheckedVolumes {
  readonly check: VolumeCheck;
  readonly place: CheckPlace;
  /** Ids of what was restored, in the order of the snapshots. */
  readonly volumes: readonly string[];
  readonly snapshots: readonly string[];
  readonly tags: readonly Tag[];
}

export interface CheckEnd {
  readonly verdict: DrillVerdict;
  /** US dollars, for what existed while it lasted. */
  readonly cost: number | undefined;
  /** Why the instance is still there; nothing where it is gone, or going. */
  readonly left?: string;
}

export const notProven = (why: string): DrillVerdict => ({
  result: "unknown",
  why: `not proven, because ${why}`,
});

/** Beyond what the check may take it shuts itself down, whoever forgets it, and is terminated by that. */
const spareMinutes = 60;

const ownEnd = ({ minutes: most }: VolumeCheck): string =>
  Buffer.from(`#!/bin/sh\nshutdown -h +${most + spareMinutes}\n`).toString("base64");

function machine({ check, place, tags }: CheckedVolumes): RunInstancesCommandInput {
  const Tags = [...tags];
  return {
    ImageId: place.image,
    InstanceType: check.type as NonNullable<RunInstancesCommandInput["InstanceType"]>,
    MinCount: 1,
    MaxCount: 1,
    IamInstanceProfile: { Name: check.profile },
    InstanceInitiatedShutdownBehavior: "terminate",
    MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: place.subnet,
        Groups: [...place.groups],
        AssociatePublicIpAddress: false,
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: place.devices.map(({ name, gigabytes }) => ({
      DeviceName: name,
      Ebs: { VolumeSize: gigabytes, DeleteOnTermination: true },
    })),
    UserData: ownEnd(check),
    TagSpecifications: (["instance", "volume", "network-interface"] as const).map(
      (ResourceType) => ({ ResourceType, Tags }),
    ),
  };
}

const pace = { every: minutes(1), atMost: hours(12) };
/** From its making until its agent answers. */
const bootPatience = minutes(20);
/** Beyond what the command may take: until it is delivered, and its answer is there. */
const answerPatience = minutes(15);
const deliverySeconds = 600;

const ended = new Set(["shutting-down", "terminated", "stopping", "stopped"]);

function endedWhy({ State, StateReason }: Instance): string | undefined {
  const state = State?.Name ?? "";
  if (!ended.has(state)) return undefined;
  return `the instance is ${state}: ${StateReason?.Message ?? "nobody says why"}`;
}

/** What was asked for and may pass by itself is asked again; what AWS refuses is the answer. */
async function orTrouble<T>(ask: () => Promise<T>): Promise<T | { readonly trouble: string }> {
  try {
    return await ask();
  } catch (error) {
    if (inDoubt(error)) throw error;
    return { trouble: inOneLine(error) };
  }
}

/** @returns why it did not come online; nothing where it did */
async function offline(id: string, { look, until }: Aws): Promise<string | undefined> {
  const since = await look("when its instance was made", async (_, now) => now);
  const { why } = await until(
    "the agent of its instance is online",
    async (read, now) => {
      const isLate = now >= after(since, bootPatience);
      const seen = await orTrouble(async () => {
        const Filters = [{ Name: "instance-id", Values: [id] }];
        const [instance] = await Array.fromAsync(read(describeInstances({ Filters })));
        const asked = { Filters: [{ Key: "InstanceIds", Values: [id] }] };
        const [agent] = await Array.fromAsync(read(describeInstanceInformation(asked)));
        return { why: instance && endedWhy(instance), ping: agent?.PingStatus };
      });
      if ("trouble" in seen) return { why: `its agent could not be asked for: ${seen.trouble}` };
      if (seen.why !== undefined) return { why: seen.why };
      if (seen.ping === "Online") return { why: null };
      if (!isLate) return undefined;
      return {
        why: `the agent of the instance did not come online in ${inWords(bootPatience)}: look at the subnet's endpoints for ssm, ssmmessages and ec2messages, at the profile, and at the image`,
      };
    },
    pace,
  );
  return why ?? undefined;
}

/** `/dev/sdf` and on: what EC2 takes beside the root. */
const deviceAt = (nth: number): string => `/dev/sd${String.fromCharCode(102 + nth)}`;

const attachments = ({ volumes }: CheckedVolumes, InstanceId: string) =>
  volumes.map((VolumeId, nth) => attach({ VolumeId, InstanceId, Device: deviceAt(nth) }));

/** @returns what of it was attached, and why the rest was not */
async function attached(asked: CheckedVolumes, id: string, { write }: Aws) {
  const done: ReturnType<typeof attachments>[number][] = [];
  for (const call of attachments(asked, id)) {
    const refused = refusalIn(await write(call));
    if (refused !== undefined) return { done, refused };
    done.push(call);
  }
  return { done, refused: undefined };
}

const passingStates = new Set(["Pending", "InProgress", "Delayed", "Cancelling"]);

type Answered = Pick<
  GetCommandInvocationCommandOutput,
  "Status" | "StatusDetails" | "ResponseCode" | "StandardOutputContent"
>;

function verdictOnCommand({ check, snapshots }: CheckedVolumes, answer: Answered): DrillVerdict {
  const { Status = "unknown", StatusDetails, ResponseCode, StandardOutputContent = "" } = answer;
  if (Status === "Success")
    return verdictOnScript({ snapshots, files: check.files }, StandardOutputContent);
  const code = ResponseCode === undefined || ResponseCode < 0 ? "" : `, exit code ${ResponseCode}`;
  return notProven(`the check on the instance ended as ${StatusDetails || Status}${code}`);
}

async function commanded(
  asked: CheckedVolumes,
  id: string,
  { write, look, until }: Aws,
): Promise<DrillVerdict> {
  const { check, volumes } = asked;
  const sent = await write(
    sendCommand({
      DocumentName: shellScript,
      InstanceIds: [id],
      TimeoutSeconds: deliverySeconds,
      Parameters: {
        commands: checkScriptFor(volumes, check.files),
        executionTimeout: [String(check.minutes * 60)],
      },
    }),
  );
  const refused = refusalIn(sent);
  if (refused !== undefined) return notProven(`the check could not be sent: ${refused}`);
  const { CommandId } = sent.Command ?? {};
  const since = await look("when its check was sent", async (_, now) => now);
  const most = minutes(check.minutes + answerPatience.seconds / 60);
  return until(
    "its check has ended",
    async (read, now) => {
      const isLate = now >= after(since, most);
      const question = { CommandId, InstanceId: id, PluginName: shellScriptStep };
      const answer = await orTrouble(async () => read(getCommandInvocation(question)));
      if (answer && "trouble" in answer)
        return notProven(`the check's answer could not be read: ${answer.trouble}`);
      if (answer && !passingStates.has(answer.Status ?? "Pending"))
        return verdictOnCommand(asked, answer);
      return isLate ? notProven(`the check had no answer after ${inWords(most)}`) : undefined;
    },
    pace,
  );
}

/** Attached, read, and taken off again. */
async function readOn(id: string, asked: CheckedVolumes, aws: Aws): Promise<DrillVerdict> {
  const why = await offline(id, aws);
  if (why !== undefined) return notProven(why);
  const { done, refused } = await attached(asked, id, aws);
  const verdict =
    refused === undefined
      ? await commanded(asked, id, aws)
      : notProven(`a volume could not be attached: ${refused}`);
  // Where one stays attached, the end of the instance takes it off.
  for (const call of done) await aws.takeBack(call);
  return verdict;
}

/** A volume that is attached is not deleted: it is waited for. */
async function takenOff({ volumes }: CheckedVolumes, { look, until }: Aws): Promise<void> {
  const since = await look("when its instance was terminated", async (_, now) => now);
  await until(
    "its volumes are free",
    async (read, now) => {
      const Filters = [{ Name: "volume-id", Values: [...volumes] }];
      const seen = await Array.fromAsync(read(describeVolumes({ Filters })));
      const isFree = seen.every(({ State }) => State !== "in-use");
      return isFree || now >= after(since, bootPatience) ? true : undefined;
    },
    { every: minutes(1), atMost: hours(1) },
  );
}

export async function checkVolumes(asked: CheckedVolumes, aws: Aws): Promise<CheckEnd> {
  const call = start(machine(asked));
  const began = await aws.look("when its check began", async (_, now) => now);
  const made = await aws.write(call);
  const refused = refusalIn(made);
  if (refused !== undefined)
    return { verdict: notProven(`its instance could not be made: ${refused}`), cost: 0 };
  const { InstanceId: id = "" } = made.Instances?.[0] ?? {};
  const verdict = await readOn(id, asked, aws);
  const left = await aws.takeBack(call);
  await takenOff(asked, aws);
  const over = await aws.look("when its check was over", async (_, now) => now);
  const seconds = (over.getTime() - began.getTime()) / 1000;
  const cost = checkCost(asked.check, { seconds });
  return { verdict, cost, ...(left !== null && { left: `${id}: ${left}` }) };
}
