import { describe, expect, test } from "vitest";
import { isApprover, partInIt, samePerson } from "./same-person.ts";

const account = "123456789012";
const user = (name: string) => `arn:aws:iam::${account}:user/${name}`;
const session = (role: string, name: string, of = account) =>
  `arn:aws:sts::${of}:assumed-role/${role}/${name}`;
const onCall = "AWSReservedSSO_OnCall_0123456789abcdef";
const admin = "AWSReservedSSO_Admin_fedcba9876543210";
const path = "aws-reserved/sso.amazonaws.com";
const role = (name: string, of = account) => `arn:aws:iam::${of}:role/${name}`;
const [ann, bob] = ["ann@example.com", "bob@example.com"];

/** The settings name the first with the path that Identity Center gives, the other without. */
const approvers = [role(`${path}/eu-west-1/${onCall}`), role(admin)];

describe("one person", () => {
  test.each<[string, string, string, boolean]>([
    ["is a user", user("ann"), user("ann"), true],
    ["is not another user", user("ann"), user("bob"), false],
    [
      "is all sessions of a role: who takes it on names them",
      session("oncall", "ann"),
      session("oncall", "not-ann"),
      true,
    ],
    ["is a role and a session of it", role("oncall"), session("oncall", "ann"), true],
    ["is not another role", session("oncall", "ann"), session("admin", "ann"), false],
    [
      "is not the same role of another account",
      session("oncall", "ann"),
      session("oncall", "ann", "999999999999"),
      false,
    ],
    [
      "is the session that IAM Identity Center has named",
      session(onCall, ann),
      session(onCall, ann),
      true,
    ],
    ["is not another that it has named", session(onCall, ann), session(onCall, bob), false],
    [
      "is one user of it through two permission sets",
      session(onCall, ann),
      session(admin, ann),
      true,
    ],
    [
      "is one user of it whatever the case of their name",
      session(onCall, ann),
      session(admin, "Ann@Example.com"),
      true,
    ],
    [
      "is one user of it in two accounts",
      session(onCall, ann),
      session(onCall, ann, "999999999999"),
      true,
    ],
    [
      "is not another user of it through another permission set",
      session(onCall, ann),
      session(admin, bob),
      false,
    ],
    [
      "is all sessions of a role of which nobody knows that it has named them",
      session(admin, ann),
      session(admin, bob),
      true,
    ],
    [
      "is all sessions of a role that is only named alike in another account",
      session(onCall, ann, "999999999999"),
      session(onCall, bob, "999999999999"),
      true,
    ],
    [
      "is all sessions of a role that is named almost alike",
      session("AWSReservedSSO_OnCall", ann),
      session("AWSReservedSSO_OnCall", bob),
      true,
    ],
    [
      "may be a federated user, whose name somebody else has chosen",
      `arn:aws:sts::${account}:federated-user/carl`,
      user("ann"),
      true,
    ],
    ["is a member of Slack, through whichever app", "slack:T0/U0ANN/A0", "slack:T0/U0ANN/A1", true],
    ["is not another member", "slack:T0/U0ANN/A0", "slack:T0/U0BOB/A0", false],
    ["is not a member of another workspace", "slack:T0/U0ANN/A0", "slack:T1/U0ANN/A0", false],
    [
      "may be a member of Slack and a user of AWS: nobody can say that they are two",
      "slack:T0/U0ANN/A0",
      user("bob"),
      true,
    ],
    ["is not a user named like a role", user("oncall"), session("oncall", "ann"), false],
  ])("%s", (_, one, other, same) => {
    const known = { approvers };
    expect([samePerson(one, other, known), samePerson(other, one, known)]).toEqual([same, same]);
  });

  test.each([
    role(onCall),
    role(`team/${onCall}`),
    role(`aws-reserved/sso.amazonaws.com.example/${onCall}`),
    role(`${path}/eu-west-1/${onCall}`, "999999999999"),
    role(`${path}/eu-west-1/${admin}`),
    session(onCall, ann),
    "slack:T0/U0ANN/A0",
  ])("is all sessions of a role whose path the settings do not name: %s", (approver) => {
    expect(samePerson(session(onCall, ann), session(onCall, bob), { approvers: [approver] })).toBe(
      true,
    );
  });

  test.each([role(`${path}/${onCall}`), role(`${path}/ap-southeast-2/${onCall}`)])(
    "is a session's alone where the settings name its role with the path: %s",
    (approver) => {
      const known = { approvers: [approver] };
      expect(samePerson(session(onCall, ann), session(onCall, bob), known)).toBe(false);
    },
  );
});

test("a session is an approver as its role is, with or without its path, in its own account", () => {
  expect(isApprover(session(onCall, ann), approvers)).toBe(true);
  expect(isApprover(session(onCall, ann, "999999999999"), approvers)).toBe(false);
  expect(isApprover(session("oncall", ann), approvers)).toBe(false);
  expect(isApprover(session("oncall", ann), [session("oncall", ann)])).toBe(true);
  expect(isApprover(session("oncall", bob), [session("oncall", ann)])).toBe(false);
});

describe("who had a part in it", () => {
  const involved = [user("ann"), session("oncall", "x")];
  test.each<[Parameters<typeof partInIt>[3]["twoPersonRule"], string[]]>([
    [false, []],
    [true, ["approve"]],
    [{}, ["approve"]],
    [{ undo: true }, ["approve", "undo"]],
    [{ approve: false, exempt: true }, ["exempt"]],
    [{ approve: true, undo: true, exempt: true }, ["approve", "undo", "exempt"]],
  ])("may not do alone what the settings want two for: %o", (twoPersonRule, acts) => {
    const settings = { approvers: [], twoPersonRule };
    const refused = (["approve", "undo", "exempt"] as const).filter((act) =>
      partInIt(act, session("oncall", "y"), involved, settings),
    );
    expect(refused).toEqual(acts);
    expect(partInIt("undo", user("bob"), involved, settings)).toBeUndefined();
  });
});
