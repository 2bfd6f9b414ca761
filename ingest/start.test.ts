import { expect, test } from "vitest";
import * as z from "zod/mini";
import { sample } from "../events/samples.ts";
import { features } from "../features.ts";
import { apiCall } from "../sdk/unit.ts";
import { parseSettings } from "../settings/parse.ts";
import { unwrap } from "./envelope.ts";
import { startsOf } from "./start.ts";

const unit = {
  id: "any",
  on: [
    apiCall({
      source: "aws.ec2",
      names: ["AuthorizeSecurityGroupIngress"],
      detail: z.object({}),
      only: () => ["sg-1"],
    }),
  ],
};
const event = sample("open-ingress/authorize-security-group-ingress") as {
  readonly account: string;
  readonly region: string;
  readonly detail: object;
};
const startOf = (userIdentity: unknown) => {
  const [start] = startsOf(
    unit,
    unwrap({ ...event, detail: { ...event.detail, userIdentity } }),
    event.account,
    parseSettings({ home: event.region }, { features, units: [] }),
  ).starts;
  return [start?.actor, start?.by];
};

test.each<[string, unknown, actor: string | null, by: string | undefined]>([
  [
    "a user's call",
    { arn: "arn:aws:iam::123456789012:user/ann" },
    "arn:aws:iam::123456789012:user/ann",
    "arn:aws:iam::123456789012:user/ann",
  ],
  [
    "a session's call: the role acts, the session asks",
    {
      arn: "arn:aws:sts::123456789012:assumed-role/Developer/ann",
      sessionContext: { sessionIssuer: { arn: "arn:aws:iam::123456789012:role/Developer" } },
    },
    "arn:aws:iam::123456789012:role/Developer",
    "arn:aws:sts::123456789012:assumed-role/Developer/ann",
  ],
  [
    "a service's call",
    { type: "AWSService", invokedBy: "autoscaling.amazonaws.com" },
    null,
    undefined,
  ],
  ["one that says nothing of it", undefined, null, undefined],
  [
    "an identity that is none",
    { arn: { $ne: "" }, sessionContext: { sessionIssuer: { arn: 7 } } },
    null,
    undefined,
  ],
])("who acted and who asked is read from %s", (_, userIdentity, actor, by) =>
  expect(startOf(userIdentity)).toEqual([actor, by]),
);
