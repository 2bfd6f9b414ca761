import {
  CreateNotebookInstanceCommand,
  ListNotebookInstancesCommand,
  ListTagsCommand,
  SageMakerClient,
  StopNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import type { AutomationFixture } from "../../../testing/fixture.ts";

/** Those with `aged` in their name were started long ago. */
const notebooks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "aged-left-on": {},
  "aged-left-on-too": { team: "ml" },
  "aged-stopped": {},
  young: {},
  "aged-exempt": { "nightshift:exempt": "reason=training" },
  "aged-of-a-stack": { "aws:cloudformation:stack-name": "ml" },
  "aged-by-hours": { "nightshift:hours": "office" },
};

export const fixture: AutomationFixture = {
  settings: { irreversible: "act" },
  async seed(aws) {
    const sagemaker = aws.client(SageMakerClient);
    for (const [NotebookInstanceName, tags] of Object.entries(notebooks))
      await sagemaker.send(
        new CreateNotebookInstanceCommand({
          NotebookInstanceName,
          InstanceType: "ml.t3.medium",
          RoleArn: `arn:aws:iam::${aws.account}:role/ml`,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
    await sagemaker.send(new StopNotebookInstanceCommand({ NotebookInstanceName: "aged-stopped" }));
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
  wrong: ["aged-left-on", "aged-left-on-too"],
  held: {
    "aged-exempt": "exemption",
    "aged-of-a-stack": "managed",
    "aged-by-hours": "managed",
  },
};
