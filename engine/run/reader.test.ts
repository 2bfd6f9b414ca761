import { expect, test } from "vitest";
import { type CommandClass, read } from "../../sdk/call.ts";
import type { Clients } from "./clients.ts";
import { reader } from "./reader.ts";

class AskCommand {
  readonly input: object;
  constructor(input: object) {
    this.input = input;
  }
}
const command = AskCommand as unknown as CommandClass<object, object>;
const here = read("house:Ask", class {} as never, command);
const central = read("house:AskAll", class {} as never, command, { global: true });

test.each([
  ["eu-west-1", "us-east-1"],
  ["us-east-1", "us-east-1"],
  ["us-gov-east-1", "us-gov-west-1"],
])("what a service answers in one region alone is asked there: from %s in %s", async (from, at) => {
  const asked: string[] = [];
  const clients = {
    get: (_: unknown, region: string) => ({ send: async () => void asked.push(region) }),
  } as unknown as Clients;
  const ask = reader([here, central], clients, from);
  await ask(here({}));
  await ask(central({}));
  expect(asked).toEqual([from, at]);
});
