/** Calls elsewhere: where they are sent, and that they go nowhere else. */
import { expect, expectTypeOf, test } from "vitest";
import * as z from "zod/mini";
import { automation } from "../../sdk/automation.ts";
import { type CommandClass, read, write } from "../../sdk/call.ts";
import {
  askedOf,
  type DeclaredRegion,
  declaredRegion,
  readElsewhere,
  writeElsewhere,
} from "../../sdk/elsewhere.ts";
import type { Clients } from "./clients.ts";
import { reachOf } from "./elsewhere.ts";
import { reader } from "./reader.ts";
import { send } from "./send.ts";

interface Sent {
  readonly region: string;
  readonly input: object;
}

class AskCommand {
  readonly input: object;
  constructor(input: object) {
    this.input = input;
  }
}
type Thing = { readonly name: string };
const command = AskCommand as unknown as new (
  input: Thing,
) => InstanceType<CommandClass<Thing, { id: string }>>;
const Client = class {} as never;
const look = read("house:Look", Client, command);
const remove = write("house:Remove", Client, command, { on: "thing/*", irreversible: "gone" });
const make = write("house:Make", Client, command, {
  on: "thing/*",
  token: {
    find: look,
    tag: (input, text) => ({ ...input, name: `${input.name} ${text}` }),
    asking: (text) => ({ name: text }),
    answer: ([found]) => found,
  },
});
const lookThere = readElsewhere(look);
const removeThere = writeElsewhere(remove, { irreversible: "gone" });
const makeThere = writeElsewhere(make, {
  find: lookThere,
  inverse: [removeThere, ({ elsewhere }, { id }) => ({ elsewhere, name: id })],
});

const unit = automation({
  id: "copies-things",
  family: "house",
  summary: "Copies things",
  on: [],
  config: z.strictObject({ to: z.array(declaredRegion) }),
  elsewhere: { field: "to", regions: ({ to }) => to },
  reads: [look, lookThere],
  writes: [makeThere],
  find: async () => [],
  target: () => ({ id: "x", tags: {} }),
  state: () => 0,
  propose: () => undefined,
});

function world(to: readonly string[]) {
  const sent: Sent[] = [];
  const clients = {
    get: (_: unknown, region: string) => ({
      send: async ({ input }: AskCommand) => {
        sent.push({ region, input });
        return { id: "x-1" };
      },
    }),
  } as unknown as Clients;
  const host = { clients, settings: { config: { to } } } as never;
  const place = { unit: unit.id, account: "123456789012", region: "eu-central-1" };
  return { sent, clients, workplace: { unit: unit as never, host, place } };
}
const to = (region: string): DeclaredRegion => declaredRegion.parse(region);

test("a read goes where it says, without saying so to AWS; others stay in the unit's own region", async () => {
  const { sent, clients, workplace } = world(["eu-west-1"]);
  const ask = reader(unit.reads, clients, "eu-central-1", reachOf(workplace));
  await ask(lookThere({ elsewhere: to("eu-west-1"), name: "a" }));
  await ask(look({ name: "b" }));
  expect(sent).toEqual([
    { region: "eu-west-1", input: { name: "a" } },
    { region: "eu-central-1", input: { name: "b" } },
  ]);
});

test("a write goes where it says, with its token, and its way back to the same region", async () => {
  const { sent, workplace } = world(["eu-west-1", "us-east-1"]);
  const input = { elsewhere: to("us-east-1"), name: "a" };
  await send(workplace, { write: makeThere, input, token: "t" });
  expect(sent).toEqual([{ region: "us-east-1", input: { name: expect.stringMatching(/^a .+/) } }]);
  expect(makeThere.invert(input, { id: "x-1" })).toEqual([
    {
      operation: "elsewhere:house:Remove",
      kind: "write",
      input: { elsewhere: "us-east-1", name: "x-1" },
    },
  ]);
});

test("what was made is looked for where it was made", () => {
  const { token } = makeThere;
  const asked = token && "find" in token && token.asking("t", { elsewhere: to("us-east-1") });
  expect(asked).toEqual({ elsewhere: "us-east-1", name: "t" });
});

test.each([
  ["a region that the settings do not name", "ap-south-1"],
  ["the unit's own region, which they do not name either", "eu-central-1"],
  ["none", undefined],
  ["what is no region", { region: "eu-west-1" }],
])("%s is refused, and the field that would name it is told", async (_, elsewhere) => {
  const { sent, clients, workplace } = world(["eu-west-1", "us-east-1"]);
  const names =
    "units.copies-things.config.to names eu-west-1, us-east-1. Name it there and deploy, or leave it";
  const ask = reader(unit.reads, clients, "eu-central-1", reachOf(workplace));
  const input = { elsewhere, name: "a" } as never;
  expect(() => ask(lookThere(input))).toThrow(names);
  await expect(send(workplace, { write: makeThere, input, token: "t" })).rejects.toThrow(names);
  expect(sent).toEqual([]);
});

test("by type, only what the config has parsed is such a region", () => {
  expectTypeOf<string>().not.toExtend<DeclaredRegion>();
  // @ts-expect-error a region in words is none that the settings name
  lookThere({ elsewhere: "eu-west-1", name: "a" });
  expect(declaredRegion.safeParse("mars").success).toBe(false);
});

test("what AWS itself was asked, and where, as its history has it", () => {
  const { operation, input } = makeThere({ elsewhere: to("us-east-1"), name: "a" });
  expect(askedOf({ operation, input })).toEqual({ region: "us-east-1", input: { name: "a" } });
  expect(askedOf(make({ name: "a" }))).toEqual({ region: undefined, input: { name: "a" } });
});
