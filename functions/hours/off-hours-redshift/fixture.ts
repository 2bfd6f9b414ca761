import {
  CreateClusterCommand,
  DescribeClustersCommand,
  PauseClusterCommand,
  RedshiftClient,
  ResumeClusterCommand,
} from "@aws-sdk/client-redshift";
import { beginSeen } from "../../../ledger/seen.ts";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { onUntilTag } from "../hours-of.ts";
import { recordStop, seededSchedules } from "../off-hours-instances/fixture.ts";
import { redshiftHours } from "./scheduled.ts";

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly isPaused?: "by hand" | "by us";
}

const closed: Seeded = { hours: "closed" };

/** Those with `aged` in their name were made long ago. */
const clusters: Readonly<Record<string, Seeded>> = {
  "aged-late": closed,
  "aged-late-too": { ...closed, tags: { team: "shop" } },
  "aged-asleep": { hours: "open", isPaused: "by us" },
  "aged-left-paused": { hours: "open", isPaused: "by hand" },
  "made-by-night": closed,
  "aged-kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" } },
  "aged-misspelt": { hours: "Closed" },
  "aged-at-work": { hours: "open" },
  "aged-untagged": {},
  "aged-exempt": { ...closed, tags: { "nightshift:exempt": "reason=mine" } },
  "aged-of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "shop" } },
};

/** Resumes a cluster as a person would. */
export async function resumeByHand(aws: TestAccount, ClusterIdentifier: string): Promise<void> {
  await aws.client(RedshiftClient).send(new ResumeClusterCommand({ ClusterIdentifier }));
}

interface Place {
  readonly aws: TestAccount;
  readonly store: Store;
}

async function make({ aws, store }: Place, name: string, seeded: Seeded): Promise<void> {
  const { hours, tags, isPaused } = seeded;
  const redshift = aws.client(RedshiftClient);
  const all = { ...(hours && { "nightshift:hours": hours }), ...tags };
  await redshift.send(
    new CreateClusterCommand({
      ClusterIdentifier: name,
      NodeType: "ra3.xlplus",
      NumberOfNodes: 2,
      ClusterType: "multi-node",
      MasterUsername: "app",
      MasterUserPassword: "Not-a-secret-1",
      Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  const target = `redshift:${name}`;
  if (!isPaused) {
    const place = { unit: redshiftHours, account: aws.account, region: aws.region };
    await beginSeen(store, place, target, new Date("2026-01-01T00:00:00Z"));
    return;
  }
  const input = { ClusterIdentifier: name };
  await redshift.send(new PauseClusterCommand(input));
  if (isPaused === "by hand") return;
  const call = { operation: "redshift:PauseCluster", input };
  const states = { before: { state: "running" }, after: { state: "paused" } };
  await recordStop({ aws, store }, { unit: redshiftHours, target, call, ...states });
}

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    for (const [name, seeded] of Object.entries(clusters)) await make({ aws, store }, name, seeded);
  },
  async look(aws) {
    const { Clusters = [] } = await aws
      .client(RedshiftClient)
      .send(new DescribeClustersCommand({}));
    return Object.fromEntries(
      Clusters.map(({ ClusterIdentifier = "", ClusterStatus, NodeType, NumberOfNodes, Tags }) => [
        ClusterIdentifier,
        { ClusterStatus, NodeType, NumberOfNodes, Tags },
      ]),
    );
  },
  wrong: ["aged-late", "aged-late-too", "aged-asleep"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
  },
};
