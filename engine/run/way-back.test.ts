import { CreateSnapshotCommand, DeleteSnapshotCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { startInstances, stopInstances } from "../../aws/ec2/instance.ts";
import { deleteRetentionPolicy, putRetentionPolicy } from "../../aws/logs/log-group.ts";
import type { ActionRecord, CallData } from "../../ledger/actions.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { type Write, write } from "../../sdk/call.ts";
import { retention } from "../../test/setup/retention.ts";
import { isApprover } from "../same-person.ts";
import { wayBack } from "./shown-proposal.ts";
import { callsBack, difference, undoWrites } from "./way-back.ts";

const deleteSnapshot = write("ec2:DeleteSnapshot", EC2Client, DeleteSnapshotCommand, {
  on: "snapshot/*",
  irreversible: "what it held is gone",
});
const createSnapshot = write("ec2:CreateSnapshot", EC2Client, CreateSnapshotCommand, {
  on: "volume/*",
  inverse: [deleteSnapshot, (_, { SnapshotId }) => ({ SnapshotId })],
});
/** Of which each proposal carries its own way back. */
const { restore: _, ...asProposed } = retention as AnyAutomation;
const snapshots = {
  ...asProposed,
  id: "test-snapshots",
  writes: [createSnapshot, deleteSnapshot],
  undoes: [],
} as unknown as AnyAutomation;

const record = (call: CallData, given: Partial<ActionRecord> = {}): ActionRecord => ({
  unit: "test-retention",
  account: "123456789012",
  region: "eu-west-1",
  id: "test-retention.t.h.a",
  run: "test-retention.t.h",
  at: new Date(0),
  target: "t",
  within: null,
  because: "b",
  digest: "d",
  call,
  undo: null,
  once: null,
  savesPerMonth: null,
  before: {},
  outcome: "applied",
  verified: true,
  held: null,
  error: null,
  ...given,
});
const plain = ({ operation, input }: CallData): CallData => ({ operation, input });
const put = plain(putRetentionPolicy({ logGroupName: "a", retentionInDays: 7 }));
const remove = plain(deleteRetentionPolicy({ logGroupName: "a" }));
const snapshot = plain(createSnapshot({ VolumeId: "vol-1" }));

describe("the way back as it is shown before the call", () => {
  const shown = (of: Write, call: CallData, undo: readonly CallData[] | null = null) =>
    wayBack({ write: of, call, undo });
  test("the proposal's own", () =>
    expect(shown(putRetentionPolicy, put, [remove])).toEqual(remove));
  test("the proposal's own, of several calls", () =>
    expect(shown(putRetentionPolicy, put, [remove, put])).toEqual([remove, put]));
  test("the operation's inverse", () => {
    expect(shown(stopInstances, plain(stopInstances({ InstanceIds: ["i-1"] })))).toEqual({
      operation: "ec2:StartInstances",
      input: { InstanceIds: ["i-1"] },
    });
  });
  test("one that needs the answer", () =>
    expect(shown(createSnapshot, snapshot)).toEqual({
      operation: "ec2:DeleteSnapshot",
      input: null,
    }));
  test("none, and why", () => {
    expect(shown(deleteSnapshot, plain(deleteSnapshot({ SnapshotId: "snap-1" })))).toEqual({
      irreversible: "what it held is gone",
    });
  });
});

const now = new Date("2026-11-21T03:00:00Z");

describe("the calls that take an action back", () => {
  const operations = (unit: AnyAutomation, of: ActionRecord) =>
    callsBack(unit, of, now).map(({ call }) => call);
  test("as the proposal gave them", () =>
    expect(operations(asProposed, record(put, { undo: [remove] }))).toEqual([remove]));
  test("as today's code puts the recorded state back, whatever way the record names", () => {
    const forged = { undo: [plain(startInstances({ InstanceIds: ["i-1"] }))], target: "a" };
    expect(operations(retention, record(put, forged))).toEqual([remove]);
    const before = { retentionInDays: 30 };
    expect(operations(retention, record(put, { ...forged, before }))).toEqual([
      plain(putRetentionPolicy({ logGroupName: "a", retentionInDays: 30 })),
    ]);
  });
  test("made from the answer", () => {
    expect(operations(snapshots, record(snapshot, { output: { SnapshotId: "snap-1" } }))).toEqual([
      { operation: "ec2:DeleteSnapshot", input: { SnapshotId: "snap-1" } },
    ]);
  });
  test.each<[string, AnyAutomation, ActionRecord, string]>([
    [
      "an operation that the automation does not declare, in a forged record",
      asProposed,
      record(put, { undo: [plain(startInstances({ InstanceIds: ["i-1"] }))] }),
      "which test-retention does not declare: it is refused",
    ],
    [
      "one beside others that it declares",
      asProposed,
      record(put, { undo: [remove, plain(startInstances({ InstanceIds: ["i-1"] }))] }),
      "which test-retention does not declare: it is refused",
    ],
    [
      "an action that the automation no longer makes",
      retention,
      record(snapshot),
      "no longer declares ec2:CreateSnapshot",
    ],
    ["an action without a way back", asProposed, record(put), "has no way back"],
    [
      "what can never come back",
      snapshots,
      record(plain(deleteSnapshot({ SnapshotId: "snap-1" }))),
      "what it held is gone",
    ],
    [
      "an answer that was lost",
      snapshots,
      record(snapshot),
      "needs what AWS answered (SnapshotId), and that was lost",
    ],
  ])("refused: %s", (_, unit, of, why) => expect(() => callsBack(unit, of, now)).toThrow(why));

  test("what undo may call: the declared undoes and the inverses, nothing else", () => {
    expect(undoWrites(retention).map(({ operation }) => operation)).toEqual([
      "logs:PutRetentionPolicy",
      "logs:DeleteRetentionPolicy",
    ]);
    expect(undoWrites(snapshots).map(({ operation }) => operation)).toEqual(["ec2:DeleteSnapshot"]);
  });
});

test.each<[unknown, unknown, string]>([
  [{ days: 7 }, { days: 30 }, "days was 7 and is 30"],
  [{ days: 7, a: 1 }, { days: 7, a: 2, b: 3 }, "a was 1 and is 2; b was null and is 3"],
  [{ days: 7 }, undefined, 'it was {"days":7} and is gone'],
  [undefined, { days: 7 }, 'it was gone and is {"days":7}'],
  [["a"], ["b"], 'it was ["a"] and is ["b"]'],
])("the difference between %o and %o is told: %s", (expected, found, words) =>
  expect(difference(expected, found)).toBe(words),
);

describe("who may approve", () => {
  const of = (by: string, ...approvers: string[]) => isApprover(by, approvers);
  const oncall = "arn:aws:iam::123456789012:role/oncall";
  const session = "arn:aws:sts::123456789012:assumed-role/oncall/ann";
  test.each<[string, string, string, boolean]>([
    ["a user", "arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/ann", true],
    ["a session of a role", session, oncall, true],
    [
      "a session of a role with a path",
      session,
      "arn:aws:iam::123456789012:role/team/sre/oncall",
      true,
    ],
    ["one session only", session, session, true],
    [
      "another user",
      "arn:aws:iam::123456789012:user/eve",
      "arn:aws:iam::123456789012:user/ann",
      false,
    ],
    [
      "a user whose name begins so",
      "arn:aws:iam::123456789012:user/anne",
      "arn:aws:iam::123456789012:user/ann",
      false,
    ],
    [
      "the same role's name in another account",
      "arn:aws:sts::999999999999:assumed-role/oncall/ann",
      oncall,
      false,
    ],
    ["another partition", "arn:aws-cn:sts::123456789012:assumed-role/oncall/ann", oncall, false],
    ["another session", "arn:aws:sts::123456789012:assumed-role/oncall/eve", session, false],
    [
      "a session that is named like the role",
      "arn:aws:sts::123456789012:assumed-role/other/oncall",
      oncall,
      false,
    ],
    [
      "a role whose path ends like the name",
      session,
      "arn:aws:iam::123456789012:role/oncall/other",
      false,
    ],
    ["a user named like a role", "arn:aws:iam::123456789012:user/oncall", oncall, false],
    ["an empty identity", "", oncall, false],
  ])("%s", (_, by, approver, may) => expect(of(by, approver)).toBe(may));
  test("nobody, where the settings name nobody", () => expect(of(session)).toBe(false));
});
