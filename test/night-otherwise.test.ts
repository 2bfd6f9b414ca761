// @module-tag proof
/** The night itself: that whatever is not as it must be is seen. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { startEmbedded } from "../testing/embedded.ts";
import { exitCode, oneNight } from "../testing/night/one-night.ts";
import { page } from "../testing/night/page.ts";
import type { SeededAccount } from "../testing/seed/thing.ts";

const minutes = 60_000;

async function group(account: SeededAccount, name: string): Promise<string | undefined> {
  const { SecurityGroups: [found] = [] } = await account
    .client(EC2Client, "eu-central-1")
    .send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: [name] }] }));
  return found?.GroupId;
}

test("an account that is not as seeded ends the night with 1, and what differs is named", {
  timeout: 10 * minutes,
}, async () => {
  const embedded = await startEmbedded();
  try {
    const night = await oneNight({
      endpoint: embedded.endpoint,
      say() {},
      print() {},
      async meddle(account) {
        const ec2 = account.client(EC2Client, "eu-central-1");
        // A decoy that is none any more, and an open port that nobody seeded.
        await ec2.send(
          new DeleteTagsCommand({
            Resources: [(await group(account, "migration")) ?? ""],
            Tags: [{ Key: "nightshift:exempt" }],
          }),
        );
        const { GroupId } = await ec2.send(
          new CreateSecurityGroupCommand({ GroupName: "stray", Description: "stray" }),
        );
        await ec2.send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId,
            IpProtocol: "tcp",
            FromPort: 23,
            ToPort: 23,
            CidrIp: "0.0.0.0/0",
          }),
        );
      },
    });
    expect(exitCode(night)).toBe(1);
    expect(night.differences).toEqual([
      expect.stringMatching(
        /^migration \(sgr-\w+ in eu-central-1, open-ingress\) should "\S+ lets in from 0\.0\.0\.0\/0: tcp 3306-3306.*" and "gone"$/,
      ),
      expect.stringMatching(/^migration \(.*\) should be held by exemption, and is applied$/),
      expect.stringMatching(
        /^eu-central-1 sgr-\w+ was not to be touched: it ".*tcp 23-23.*" and now "gone"$/,
      ),
      expect.stringMatching(/^open-ingress eu-central-1 sgr-\w+ was not seeded, and is applied$/),
    ]);
    const said = page(night, { width: 100, coloured: false });
    expect(said).toMatch(/^as seeded +no: 4 differences$/m);
    expect(said).toMatch(/✗ migration/);
  } finally {
    await embedded.stop();
  }
});
