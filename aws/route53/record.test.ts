import { describe, expect, test } from "vitest";
import { wrongInCall } from "../../testing/contract/calls.ts";
import { recordChanges, recordCreation } from "./record.ts";

const proofs = { names: ["_proof.*"], type: "CNAME" } as const;
const creation = recordCreation(proofs);
const change = {
  Name: "_proof.example.com.",
  Type: "CNAME" as const,
  TTL: 300,
  ResourceRecords: [{ Value: "a.example.net." }],
};
const creating = {
  HostedZoneId: "Z1",
  ChangeBatch: { Changes: [{ Action: "CREATE" as const, ResourceRecordSet: change }] },
};

test("what is created is deleted again exactly as it was made, and else nothing", () => {
  const [back, ...others] = creation.invert(creating, {});
  expect(others).toEqual([]);
  expect(back?.input).toEqual({
    HostedZoneId: "Z1",
    ChangeBatch: { Changes: [{ Action: "DELETE", ResourceRecordSet: change }] },
  });
});

describe("the power over records is limited by name, type and action", () => {
  test.each([
    ["of creation", creation, ["CREATE"]],
    ["of undo", creation.undoneBy[0], ["DELETE"]],
    [
      "of changes",
      recordChanges({ ...proofs, actions: ["UPSERT", "DELETE"] }),
      ["UPSERT", "DELETE"],
    ],
  ])("%s", async (_, call, actions) => {
    if (!call) throw new Error("it has no way back");
    expect(await wrongInCall(call)).toEqual([]);
    expect(call.grants).toEqual([
      {
        action: "route53:ChangeResourceRecordSets",
        on: ["arn:{partition}:route53:::hostedzone/*"],
        when: {
          "ForAllValues:StringLike": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_proof.*"],
          },
          "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsRecordTypes": "CNAME",
            "route53:ChangeResourceRecordSetsActions": actions,
          },
          Null: {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false",
            "route53:ChangeResourceRecordSetsRecordTypes": "false",
            "route53:ChangeResourceRecordSetsActions": "false",
          },
        },
      },
    ]);
  });
});
