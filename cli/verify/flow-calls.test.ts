import { expect, test } from "vitest";
import type { ActionRecord } from "../../ledger/actions.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { writtenStep } from "../../ledger/flows.ts";
import { runOf } from "../../ledger/ids.ts";
import { minutes, after as past } from "../../sdk/time.ts";
import { acted } from "../../test/setup/acted.ts";
import { plainStore } from "../../test/setup/plain-store.ts";
import { deployment } from "../../testing/deployed.ts";
import { callsOfFlows } from "./flow-calls.ts";
import { rolesOf, unexplained } from "./unexplained.ts";

const at = new Date("2026-11-21T02:00:00Z");
const account = "123456789012";
const region = "eu-central-1";

/** A flow that made a snapshot at two, and took it back at three. */
async function ledger() {
  const store = plainStore();
  const id = await acted(store, { unit: "reaps", at });
  const [action] = await actionsOf(store, "unit", "reaps", runOf(id));
  if (!action) throw new Error("there is no action");
  const flow: ActionRecord = { ...action, call: { operation: "flow:reap", input: {} } };
  const later = past(at, minutes(60));
  const snapshot = { SnapshotId: "snap-1" };
  await store.transact([
    writtenStep({ unit: "reaps", run: flow.run, action: flow.id }, 0, {
      at,
      call: { operation: "ec2:CreateSnapshot", input: { VolumeId: "vol-1" } },
      state: "back",
      output: snapshot,
      takenBack: { at: later, calls: [{ operation: "ec2:DeleteSnapshot", input: snapshot }] },
    }),
  ]);
  return { store, flow, later };
}

const event = (eventName: string, time: Date, requestParameters: object) => ({
  eventID: eventName,
  eventName,
  eventSource: "ec2.amazonaws.com",
  eventTime: time.toISOString(),
  awsRegion: region,
  readOnly: false,
  requestParameters,
  userIdentity: {
    arn: `arn:aws:sts::${account}:assumed-role/nightshift-reaps-flow/x`,
    sessionContext: {
      sessionIssuer: { arn: `arn:aws:iam::${account}:role/nightshift-reaps-flow` },
    },
  },
});

test("what a flow wrote and took back explains what CloudTrail tells of its role; anything else does not", async () => {
  const { store, flow, later } = await ledger();
  const roles = rolesOf({ home: region, deployment }, account, ["reaps"]);
  const actions = [flow, ...(await callsOfFlows(store, [flow]))];
  const events = [
    event("CreateSnapshot", at, { volumeId: "vol-1" }),
    event("DeleteSnapshot", later, { snapshotId: "snap-1" }),
    event("DeleteVolume", later, { volumeId: "vol-1" }),
  ];
  expect(unexplained(events, actions, roles).map(({ what }) => what)).toEqual(["DeleteVolume"]);
});

test("a call that was made in another region is explained by what CloudTrail tells there, and by nothing told here", async () => {
  const { flow } = await ledger();
  const roles = rolesOf({ home: region, deployment }, account, ["reaps"]);
  const there = "eu-west-1";
  const input = { elsewhere: there, SourceSnapshotId: "snap-1" };
  const copy = { ...flow, call: { operation: "elsewhere:ec2:CopySnapshot", input } };
  const told = event("CopySnapshot", at, { sourceSnapshotId: "snap-1" });
  const events = [told, { ...told, eventID: "there", awsRegion: there }];
  expect(unexplained(events, [copy], roles).map(({ what }) => what)).toEqual(["CopySnapshot"]);
});

test("what was changed in a service without regions is told in one", async () => {
  const { flow } = await ledger();
  const roles = rolesOf({ home: region, deployment }, account, ["reaps"]);
  const call = { operation: "route53:ChangeResourceRecordSets", input: { HostedZoneId: "Z1" } };
  const told = event("ChangeResourceRecordSets", at, { hostedZoneId: "Z1" });
  expect(unexplained([{ ...told, awsRegion: "us-east-1" }], [{ ...flow, call }], roles)).toEqual(
    [],
  );
});
