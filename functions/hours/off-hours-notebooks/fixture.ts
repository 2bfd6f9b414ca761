import {
  CreateNotebookInstanceCommand,
  ListNotebookInstancesCommand,
  ListTagsCommand,
  SageMakerClient,
  StopNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { onUntilTag } from "../hours-of.ts";
import { recordStop, seededSchedules } from "../off-hours-instances/fixture.ts";
import { notebookHours } from "./scheduled.ts";

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly isStopped?: "by hand" | "by us";
}

const closed: Seeded = { hours: "closed" };

/** Those with `aged` in their name were last changed long ago. */
const notebooks: Readonly<Record<string, Seeded>> = {
  "aged-late": closed,
  "aged-late-too": { ...closed, tags: { team: "ml" } },
  "aged-asleep": { hours: "open", isStopped: "by us" },
  "aged-left-off": { hours: "open", isStopped: "by hand" },
  "started-by-night": closed,
  "aged-kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" } },
  "aged-misspelt": { hours: "Closed" },
  "aged-at-work": { hours: "open" },
  "aged-untagged": {},
  "aged-exempt": { ...closed, tags: { "nightshift:exempt": "reason=training" } },
  "aged-of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "ml" } },
};

interface Place {
  readonly aws: TestAccount;
  readonly store: Store;
}

async function make({ aws, store }: Place, name: string, seeded: Seeded): Promise<void> {
  const { hours, tags, isStopped } = seeded;
  const sagemaker = aws.client(SageMakerClient);
  const all = { ...(hours && { "nightshift:hours": hours }), ...tags };
  const input = { NotebookInstanceName: name };
  await sagemaker.send(
    new CreateNotebookInstanceCommand({
      ...input,
      InstanceType: "ml.t3.medium",
      RoleArn: `arn:aws:iam::${aws.account}:role/ml`,
      Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  if (!isStopped) return;
  await sagemaker.send(new StopNotebookInstanceCommand(input));
  if (isStopped === "by hand") return;
  const call = { operation: "sagemaker:StopNotebookInstance", input };
  await recordStop({ aws, store }, { unit: notebookHours, target: `notebook:${name}`, call });
}

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    for (const [name, seeded] of Object.entries(notebooks))
      await make({ aws, store }, name, seeded);
  },
  async look(aws) {
    const sagemaker = aws.client(SageMakerClient);
    const { NotebookInstances = [] } = await sagemaker.send(
      new ListNotebookInstancesCommand({ MaxResults: 100 }),
    );
    const all = NotebookInstances.map(async (each) => {
      const { NotebookInstanceName = "", NotebookInstanceStatus, InstanceType } = each;
      const ResourceArn = each.NotebookInstanceArn;
      const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn }));
      return [NotebookInstanceName, { NotebookInstanceStatus, InstanceType, Tags }];
    });
    return Object.fromEntries(await Promise.all(all));
  },
  wrong: ["aged-late", "aged-late-too", "aged-asleep"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
  },
};
