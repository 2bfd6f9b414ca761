import { expect, test } from "vitest";
import type { Look } from "./deployment.ts";
import { type Fed, mappings } from "./mappings.ts";

const stream =
  "arn:aws:dynamodb:eu-central-1:123456789012:table/nightshift/stream/2026-01-01T00:00:00.000";
const queue = "arn:aws:sqs:eu-central-1:123456789012:nightshift-channel-chat";
const fed: readonly Fed[] = [
  { name: "nightshift-tell", sources: { "the ledger's stream": ":table/nightshift/stream/" } },
  {
    name: "nightshift-deliver",
    sources: { "the queue of the channel chat": ":nightshift-channel-chat" },
  },
];
interface Given {
  readonly EventSourceArn: string;
  readonly State?: string;
  readonly StateTransitionReason?: string;
  readonly LastProcessingResult?: string;
}

/** As Lambda lists them for each function. */
const looking = (all: Readonly<Record<string, readonly Given[]>>): Look =>
  (() =>
    async function* ({ input }: { input: { FunctionName: string } }) {
      yield* all[input.FunctionName] ?? [];
    }) as never;
const found = async (tell: readonly Given[], deliver: readonly Given[]) =>
  (
    await mappings(
      looking({ "nightshift-tell": tell, "nightshift-deliver": deliver }),
      "eu-central-1",
      fed,
    )
  ).map(({ title }) => title);

const ok = [{ EventSourceArn: stream, State: "Enabled", LastProcessingResult: "OK" }];
const letters = [{ EventSourceArn: queue, State: "Enabled" }];

test("where all are enabled and well, nothing is found", async () => {
  expect(await found(ok, letters)).toEqual([]);
  const idle = "No records processed";
  expect(
    await found([{ ...ok[0], EventSourceArn: stream, LastProcessingResult: idle }], letters),
  ).toEqual([]);
  expect(await found([{ EventSourceArn: stream, State: "Updating" }], letters)).toEqual([]);
});

test.each([
  ["Disabled", "USER_INITIATED"],
  ["Disabling", "User action"],
  ["Deleting", undefined],
])("one that is %s is found, with why", async (State, StateTransitionReason) => {
  const off = {
    EventSourceArn: queue,
    State,
    ...(StateTransitionReason && { StateTransitionReason }),
  };
  const [title, ...more] = await found(ok, [off]);
  expect(more).toEqual([]);
  expect(title).toContain(
    `Nothing feeds nightshift-deliver from the queue of the channel chat: its event source mapping is ${State}`,
  );
  if (StateTransitionReason) expect(title).toContain(StateTransitionReason);
});

test("one that is gone, or was made for another source, is found", async () => {
  expect(await found([], letters)).toEqual([
    "Nothing feeds nightshift-tell from the ledger's stream: its event source mapping is gone",
  ]);
  const other = { EventSourceArn: `${queue}-2`, State: "Enabled" };
  expect(await found(ok, [other])).toHaveLength(1);
});

test.each([
  "PROBLEM: Function call failed",
  "PROBLEM: Lambda failed to assume your function execution role",
  "Problem: internal Lambda error",
])("one whose last batch ended with %j is found", async (LastProcessingResult) => {
  const bad = { EventSourceArn: stream, State: "Enabled", LastProcessingResult };
  expect(await found([bad], letters)).toEqual([
    `Nothing feeds nightshift-tell from the ledger's stream: ${LastProcessingResult}`,
  ]);
});
