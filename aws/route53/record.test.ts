import { describe, expect, test } from "vitest";
import { wrongInCall } from "../../testing/contract/calls.ts";
import { recordChanges, recordCreation, recordDeletion } from "./record.ts";

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

describe("what is deleted", () => {
  const deletion = recordDeletion({ names: ["*"], type: ["A", "AAAA", "CNAME"] });
  const weighted = {
    Name: "web.example.com.",
    Type: "A" as const,
    SetIdentifier: "blue",
    Weight: 10,
    HealthCheckId: "0a1b2c3d",
    AliasTarget: {
      HostedZoneId: "Z2",
      DNSName: "web-1.eu-west-1.elb.amazonaws.com.",
      EvaluateTargetHealth: true,
    },
  };
  const change = (Action: "CREATE" | "DELETE") => ({
    HostedZoneId: "Z1",
    ChangeBatch: { Changes: [{ Action, ResourceRecordSet: weighted }] },
  });

  test("is created again exactly as it was, and overwrites nothing", () => {
    expect(deletion.invert(change("DELETE"), {}).map(({ input }) => input)).toEqual([
      change("CREATE"),
    ]);
  });

  test("is a person's to say: its way back may come too late", () =>
    expect(deletion.uncertain).toMatch(/does not come back/));

  test("may be of several types, and undo may create those alone", async () => {
    for (const [call, action] of [
      [deletion, "DELETE"],
      [deletion.undoneBy[0], "CREATE"],
    ] as const) {
      if (!call) throw new Error("it has no way back");
      expect(await wrongInCall(call)).toEqual([]);
      expect(call.grants[0]?.when?.["ForAllValues:StringEquals"]).toEqual({
        "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME"],
        "route53:ChangeResourceRecordSetsActions": [action],
      });
    }
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
