import type { NotebookInstanceSummary } from "@aws-sdk/client-sagemaker";
import { ListNotebookInstancesCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  startNotebookInstance,
  stopNotebookInstance,
} from "../../../aws/sagemaker/notebook-instance.ts";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { each, measuredAws, pagesOf, searching } from "../../../test/setup/measured.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit, { type FoundNotebook, notebookManager } from "./index.ts";

const now = new Date("2026-11-21T04:50:00Z");

const notebook: NotebookInstanceSummary = {
  NotebookInstanceName: "research",
  NotebookInstanceArn: "arn:aws:sagemaker:eu-central-1:123456789012:notebook-instance/research",
  NotebookInstanceStatus: "InService",
  InstanceType: "ml.t3.medium",
  CreationTime: before(now, days(90)),
  LastModifiedTime: before(now, days(20)),
};

describe("what is proposed", () => {
  test("one that has run for long is stopped, and a person asked before", () => {
    expect(proposeFor(unit, { notebook }, { now })).toEqual({
      because:
        "it has run since 2026-11-01 without a stop; what ml.t3.medium costs is not known here, nor whether somebody works with it",
      call: stopNotebookInstance({ NotebookInstanceName: "research" }),
    });
    expect(stopNotebookInstance.uncertain).toMatch(/measures nothing/);
  });

  test.each<Partial<NotebookInstanceSummary>>([
    { LastModifiedTime: before(now, days(13)) },
    { LastModifiedTime: undefined },
    { NotebookInstanceName: undefined },
    ...(["Pending", "Stopping", "Stopped", "Failed", "Deleting", "Updating"] as const).map(
      (NotebookInstanceStatus) => ({ NotebookInstanceStatus }),
    ),
  ])("nothing of one with %o", (more) =>
    expect(proposeFor(unit, { notebook: { ...notebook, ...more } }, { now })).toBeUndefined(),
  );

  test("14 days to the moment are long enough", () => {
    const LastModifiedTime = before(now, days(14));
    expect(
      proposeFor(unit, { notebook: { ...notebook, LastModifiedTime } }, { now }),
    ).toBeDefined();
  });

  test("stopping is taken back by starting", () => {
    const input = { NotebookInstanceName: "research" };
    expect(stopNotebookInstance.invert(input, {})).toEqual([startNotebookInstance(input)]);
  });

  test.each([
    ["InService", "running"],
    ["Pending", "running"],
    ["Stopping", "stopped"],
    ["Stopped", "stopped"],
  ] as const)("%s counts as %s", (NotebookInstanceStatus, state) =>
    expect(unit.state({ notebook: { ...notebook, NotebookInstanceStatus } })).toEqual({ state }),
  );
});

test.each<[key: string, words: RegExp | undefined]>([
  ["team", undefined],
  ["nightshift:hours", /schedule of hours/],
  ["aws:cloudformation:stack-name", /stack x/],
  ["aws:servicecatalog:provisionedProductArn", /Service Catalog/],
])("who manages one with the tag %s", (Key, words) => {
  const manager = notebookManager([{ Key, Value: "x" }]);
  if (words) expect(manager).toMatch(words);
  else expect(manager).toBeUndefined();
});

async function found(notebooks: readonly NotebookInstanceSummary[], only?: readonly string[]) {
  const aws = measuredAws(() => [], {
    "sagemaker:ListTags": () => each([{ Key: "team", Value: "ml" }]),
  });
  const { pages } = pagesOf(notebooks, 100);
  const config = unit.config.parse({});
  const search = { ...searching(now), only, config, read: aws.read, pages };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<FoundNotebook>);
  return { all, ...aws };
}

test("by name, with its tags in whatever state; what is gone or on its way out is none", async () => {
  const young = { ...notebook, NotebookInstanceName: "young", LastModifiedTime: now };
  const leaving = {
    ...notebook,
    NotebookInstanceName: "leaving",
    NotebookInstanceStatus: "Deleting" as const,
  };
  const { all } = await found([notebook, young, leaving], ["young", "leaving", "gone"]);
  expect(all).toEqual([{ notebook: young, tags: [{ Key: "team", Value: "ml" }] }]);
});

test("of 20,000 tags are asked only for those that have run for long", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...notebook,
    NotebookInstanceName: `n-${nth}`,
    ...(nth % 100 && { LastModifiedTime: now }),
  }));
  const { all, operations } = await found(many);
  expect([all.length, operations.length]).toEqual([20_000, 200]);
  expect(all.filter((each) => proposeFor(unit, each, { now }))).toHaveLength(200);
});

async function opened(settings: object = fixture.settings ?? {}): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...settings, mode: "act" });
  onTestFinished(() => delivery.close());
  return delivery;
}
const statusOf = async ({ aws }: TestDelivery, name: string) => {
  const { NotebookInstances = [] } = await aws
    .client(SageMakerClient)
    .send(new ListNotebookInstancesCommand({ MaxResults: 100 }));
  return NotebookInstances.find(({ NotebookInstanceName }) => NotebookInstanceName === name)
    ?.NotebookInstanceStatus;
};

test.each(["ListNotebookInstances", "ListTags"])(
  "where %s is denied nothing is stopped: an error is no empty list, and no tag no exemption",
  async (operation) => {
    const delivery = await opened();
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(await statusOf(delivery, "aged-left-on")).toBe("InService");
  },
);

test("without a word in the settings a person is asked", async () => {
  const delivery = await opened({});
  const { actions } = await delivery.deliver();
  const waiting = actions.filter(({ outcome }) => outcome === "waiting");
  expect(waiting.map(({ target }) => target).sort()).toEqual(["aged-left-on", "aged-left-on-too"]);
  expect(await statusOf(delivery, "aged-left-on")).toBe("InService");
});

test.each([{ days: 0 }, { days: 366 }, { days: 1.5 }, { day: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
