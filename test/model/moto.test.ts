/**
 * The account in memory gives the answers that moto gives: 100 random sequences of the same
 * requests (FC_SEED).
 */

import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
} from "../../aws/logs/log-group.ts";
import { createTable } from "../../ledger/create.ts";
import { createStore } from "../../ledger/dynamo.ts";
import type { Condition, Item, Step, Store } from "../../ledger/store.ts";
import type { SdkClient } from "../../sdk/call.ts";
import { systemClock } from "../../sdk/time.ts";
import { names } from "../../testing/deployed.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { account, clients, region, store, World } from "./world.ts";

/** The same in each `npm test`; another each time in `npm run prove`, unless it is given. */
const seed = Number(process.env.FC_SEED ?? (process.env.FC_RUNS ? Date.now() % 1_000_000_000 : 1));

const key = fc.record({ pk: fc.constantFrom("p", "q"), sk: fc.constantFrom("a", "ab", "b") });
const simple = fc.oneof(
  fc.record({ attr: fc.constantFrom("pk" as const, "state" as const), exists: fc.boolean() }),
  fc.record({ attr: fc.constant("state" as const), eq: fc.constantFrom("open", "done") }),
  fc.record({ attr: fc.constant("lease" as const), lt: fc.nat(3) }),
  fc.record({ attr: fc.constant("version" as const), eq: fc.nat(2) }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  simple,
  fc.record({ or: fc.array(simple, { minLength: 2, maxLength: 3 }) }),
  fc.record({ and: fc.array(simple, { minLength: 2, maxLength: 2 }) }),
);
const item = fc.record({
  key,
  state: fc.option(fc.constantFrom("open", "done"), { nil: undefined }),
  lease: fc.option(fc.nat(3), { nil: undefined }),
  version: fc.option(fc.nat(2), { nil: undefined }),
  body: fc.nat(9),
});
const perhaps = fc.option(condition, { nil: undefined });
const request = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("put" as const), item, condition: perhaps }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remove" as const), key, condition: perhaps }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("get" as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("add" as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("query" as const),
      pk: fc.constantFrom("p", "q"),
      by: fc.constantFrom(
        {},
        { prefix: "a" },
        { from: "a" },
        { reverse: true },
        { limit: 1 },
        { from: "a", reverse: true, limit: 2 },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("transact" as const),
      steps: fc.uniqueArray(
        fc.record({ verb: fc.constantFrom("put", "remove"), item, condition: perhaps }),
        {
          minLength: 1,
          maxLength: 3,
          selector: ({ item: { key: one } }) => one.pk + one.sk,
        },
      ),
    }),
  },
);
type Asked = typeof request extends fc.Arbitrary<infer T> ? T : never;

const conditional = (given: Condition | undefined) => (given ? { if: given } : {});

/** Each pair of tables has items of its own for each sequence. */
async function askStore(of: Store, asked: Asked, prefix: string): Promise<unknown> {
  const at = (given: { pk: string; sk: string }) => ({ pk: prefix + given.pk, sk: given.sk });
  const whole = ({
    key: one,
    ...rest
  }: { key: { pk: string; sk: string } } & Omit<Item, "pk" | "sk" | "type">): Item => ({
    ...at(one),
    type: "test",
    ...rest,
  });
  switch (asked.kind) {
    case "put":
      return of.put(whole(asked.item), asked.condition);
    case "remove":
      return of.remove(at(asked.key), asked.condition);
    case "get":
      return of.get(at(asked.key));
    case "add":
      return of.add(at(asked.key), "test", 1);
    case "expire":
      return of.expire(at(asked.key), 5_000_000_000).then(
        () => "done",
        (error: Error) => error.name,
      );
    case "query":
      return Array.fromAsync(of.query(prefix + asked.pk, asked.by));
    case "transact":
      return of.transact(
        asked.steps.map(
          ({ verb, item: one, condition: given }): Step =>
            verb === "put"
              ? { put: whole(one), ...conditional(given) }
              : { remove: at(one.key), ...conditional(given) },
        ),
      );
  }
}

let aws: TestAccount;
beforeAll(async () => {
  aws = await embedded();
  await createTable(aws.client(DynamoDBClient), names.table);
});

/** What both answer, or the code of what both refuse. */
const answered = (ask: Promise<unknown>): Promise<unknown> =>
  ask.then(
    (answer) => answer,
    (error: Error) => `refused: ${error.name}`,
  );

describe("the in-memory AWS answers as moto does", () => {
  test(`the ledger's requests, in 60 sequences (FC_SEED=${seed})`, async () => {
    const moto = createStore(aws.client(DynamoDBClient), names.table, systemClock);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 3, maxLength: 10 }), async (requests) => {
        const [world, prefix] = [new World(1), `${++count}#`];
        for (const one of requests) {
          const theirs = await answered(askStore(moto, one, prefix));
          const ours = await world.process("test", [], () =>
            answered(askStore(store, one, prefix)),
          );
          expect({ one, answer: ours }).toEqual({ one, answer: theirs });
        }
      }),
      { seed, numRuns: 60, endOnFailure: true },
    );
  });

  test(`the automations' requests, in 40 sequences (FC_SEED=${seed})`, async () => {
    const [logs, ec2] = [aws.client(CloudWatchLogsClient), aws.client(EC2Client)];
    const [ourLogs, ourEc2] = [
      clients.get(CloudWatchLogsClient, region),
      clients.get(EC2Client, region),
    ];
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-12c6146b",
        InstanceType: "t3.micro",
        MinCount: 2,
        MaxCount: 2,
      }),
    );
    const ids = Instances.map(({ InstanceId = "" }) => InstanceId);
    // What moto cannot know of the other's account.
    const bare = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value ?? null, (name, inner) =>
          name === "$metadata" ? undefined : inner,
        ).replaceAll(aws.account, account),
      );
    const pick = (value: unknown, ...names: string[]): unknown => {
      if (Array.isArray(value)) return value.map((one) => pick(one, ...names));
      if (typeof value !== "object" || value === null) return value;
      const fields = new Map(Object.entries(value));
      return Object.fromEntries(
        names.flatMap((name) =>
          fields.has(name) ? [[name, pick(fields.get(name), ...names)]] : [],
        ),
      );
    };
    const which = fc.nat(2);
    const asked = fc.oneof(
      fc.record({
        kind: fc.constantFrom("put" as const, "delete" as const, "tags" as const),
        which,
        days: fc.constantFrom(7, 30),
      }),
      fc.record({
        kind: fc.constantFrom("groups" as const, "instances" as const, "volumes" as const),
        which,
        days: fc.constant(7),
      }),
      fc.record({
        kind: fc.constantFrom(
          "start" as const,
          "stop" as const,
          "create" as const,
          "remove" as const,
        ),
        which,
        days: fc.constant(7),
      }),
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 4, maxLength: 10 }), async (requests) => {
        const [world, prefix] = [new World(1), `g${++count}-`];
        for (const name of ["0", "1"]) {
          await logs.send(new CreateLogGroupCommand({ logGroupName: prefix + name }));
          world.aws.logs.groups.set(prefix + name, { tags: {} });
        }
        await ec2.send(new StartInstancesCommand({ InstanceIds: ids }));
        for (const id of ids) world.aws.ec2.machines.set(id, { state: "running", tags: {} });
        /** Theirs and ours, in the order of their creation. */
        const made = { theirs: [] as string[], ours: [] as string[] };
        for (const { kind, which: at, days } of requests) {
          const group = prefix + at;
          const InstanceIds = at === 2 ? ids : [ids[at] ?? ""];
          const send = async (
            logsClient: SdkClient,
            ec2Client: SdkClient,
            disks: string[],
            owner: string,
          ): Promise<unknown> => {
            switch (kind) {
              case "put":
                return putRetentionPolicy
                  .send(logsClient, { logGroupName: group, retentionInDays: days })
                  .then(() => "done");
              case "delete":
                return deleteRetentionPolicy
                  .send(logsClient, { logGroupName: group })
                  .then(() => "done");
              case "tags":
                // Of a group that is not there, moto says that it has none; AWS, and we, that it is
                // not there.
                return bare(
                  await listTagsForResource.ask(logsClient, {
                    resourceArn: `arn:aws:logs:${region}:${owner}:log-group:${prefix}${at % 2}`,
                  }),
                );
              case "groups": {
                const found = await Array.fromAsync(
                  describeLogGroups.ask(logsClient, {
                    logGroupNamePrefix: prefix,
                  }) as AsyncIterable<{ logGroupName?: string }>,
                );
                return bare(
                  pick(
                    found.filter(({ logGroupName }) => logGroupName?.startsWith(prefix)),
                    "logGroupName",
                    "retentionInDays",
                    "logGroupArn",
                  ),
                );
              }
              case "instances": {
                const { Reservations = [] } = await ec2Client.send(
                  new DescribeInstancesCommand({
                    Filters: [{ Name: "instance-id", Values: InstanceIds }],
                  }),
                );
                const all = Reservations.flatMap(
                  (one: { Instances?: object[] }) => one.Instances ?? [],
                );
                return bare(pick(all, "InstanceId", "State", "Name", "Code")).sort(
                  (a: { InstanceId: string }, b: { InstanceId: string }) =>
                    a.InstanceId < b.InstanceId ? -1 : 1,
                );
              }
              case "volumes": {
                const { Volumes = [] } = await ec2Client.send(new DescribeVolumesCommand({}));
                const known = new Map(disks.map((id, nth) => [id, nth]));
                return Volumes.flatMap(
                  ({ VolumeId = "", Tags }: { VolumeId?: string; Tags?: object[] }) =>
                    known.has(VolumeId) ? [[known.get(VolumeId), Tags]] : [],
                ).sort();
              }
              case "start":
              case "stop": {
                const command =
                  kind === "stop"
                    ? new StopInstancesCommand({ InstanceIds })
                    : new StartInstancesCommand({ InstanceIds });
                const { StartingInstances, StoppingInstances } = await ec2Client.send(command);
                return bare(
                  pick(
                    StartingInstances ?? StoppingInstances,
                    "InstanceId",
                    "PreviousState",
                    "Name",
                  ),
                );
              }
              case "create": {
                const TagSpecifications = [
                  { ResourceType: "volume" as const, Tags: [{ Key: "for", Value: "i-1" }] },
                ];
                const { VolumeId = "", Tags } = await ec2Client.send(
                  new CreateVolumeCommand({
                    AvailabilityZone: "eu-west-1a",
                    Size: 1,
                    TagSpecifications,
                  }),
                );
                disks.push(VolumeId);
                return Tags;
              }
              case "remove":
                return ec2Client
                  .send(new DeleteVolumeCommand({ VolumeId: disks[at] ?? "vol-0123456789abcdef0" }))
                  .then(() => "done");
            }
          };
          const theirs = await answered(send(logs, ec2, made.theirs, aws.account));
          const ours = await world.process("test", [], () =>
            answered(send(ourLogs, ourEc2, made.ours, account)),
          );
          expect({ kind, at, answer: ours }).toEqual({ kind, at, answer: theirs });
        }
      }),
      { seed, numRuns: 40, endOnFailure: true },
    );
  });
});
