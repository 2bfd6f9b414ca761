/** What people reported of deploy hooks and of what else reloads servers: here it does not happen. */
import type { Command, SendCommandCommandInput } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import { sendCommand } from "../../../aws/ssm/reload.ts";
import { before, days, hours } from "../../../sdk/time.ts";
import { proposeFor } from "../../../testing/propose.ts";
import unit, { type CertificateServer } from "./index.ts";

const now = new Date("2026-11-30T12:00:00Z");
const folder = "nightshift/certificates/";
const document = "read-certificate";

interface Server {
  readonly id: string;
  readonly tag?: string;
  readonly started?: Date;
}
interface Place {
  readonly servers: readonly Server[];
  /** By the last part of a secret's name, the serial number of what it holds. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly commands?: readonly Partial<Command>[];
}

const command = (Comment: string, id: string, more: Partial<Command> = {}): Command => ({
  ...{ CommandId: "c-1", DocumentName: document, InstanceIds: [id], Status: "Success", Comment },
  ...{ TargetCount: 1, RequestedDateTime: before(now, hours(1)), ...more },
});

async function* each<T>(all: readonly T[]) {
  yield* all;
}

/** What every server is told now, by its id; in words where nothing can be. */
async function told({ servers, secrets, commands = [] }: Place) {
  const names = Object.keys(secrets);
  const answers: Readonly<Record<string, (input: { SecretId?: string }) => unknown>> = {
    "ssm:ListCommands": () => each(commands),
    "ec2:DescribeInstances": () =>
      each(
        servers.map(({ id, tag = "shop", started = before(now, days(90)) }) => ({
          ...{ InstanceId: id, LaunchTime: started },
          Tags: [{ Key: "nightshift:certificates", Value: tag }],
        })),
      ),
    "secretsmanager:DescribeSecret": async ({ SecretId = "" }) => ({
      LastChangedDate: before(now, hours(2)),
      VersionIdsToStages: {
        v2: ["AWSCURRENT", `serial-${secrets[SecretId.slice(folder.length)]}`],
      },
    }),
  };
  const config = unit.config.parse({
    servers: names.map((name) => ({ secret: `${folder}${name}`, document })),
  });
  const read = ({ operation, input }: { operation: string; input: object }) =>
    answers[operation]?.(input);
  const search = { read, only: undefined, now, config };
  const found = await Array.fromAsync(
    unit.find(search as never) as AsyncIterable<CertificateServer>,
  );
  return found.map((one) => {
    const id = one.instance.InstanceId ?? "";
    try {
      const { input } = proposeFor(unit, one, { now })?.call ?? {};
      return [id, (input as SendCommandCommandInput | undefined)?.Comment];
    } catch (error) {
      return [id, String(error)];
    }
  });
}

describe("what people reported", () => {
  test("a hook that failed is not run again until the next renewal: here it is", async () => {
    const failed = command("nightshift B2 shop", "i-1", { Status: "Failed" });
    const place = { servers: [{ id: "i-1" }], secrets: { shop: "B2" }, commands: [failed] };
    expect(await told(place)).toEqual([["i-1", "nightshift B2 shop"]]);
  });
  test("hooks run on every try, whether anything was renewed or not: here once", async () => {
    const done = command("nightshift B2 shop", "i-1");
    const place = { servers: [{ id: "i-1" }], secrets: { shop: "B2" }, commands: [done] };
    expect(await told(place)).toEqual([["i-1", undefined]]);
  });
  test("a server that did not answer is counted as told: here it is told again", async () => {
    const lost = command("nightshift B2 shop", "i-1", { Status: "TimedOut" });
    const place = { servers: [{ id: "i-1" }], secrets: { shop: "B2" }, commands: [lost] };
    expect(await told(place)).toEqual([["i-1", "nightshift B2 shop"]]);
  });
  test("one that another's hook covers is skipped: here each is told by itself", async () => {
    const done = command("nightshift B2 shop", "i-1");
    const servers = [{ id: "i-1" }, { id: "i-2" }];
    expect(await told({ servers, secrets: { shop: "B2" }, commands: [done] })).toEqual([
      ["i-1", undefined],
      ["i-2", "nightshift B2 shop"],
    ]);
  });
  test("a name that begins like another is taken for it: here it is not", async () => {
    const servers = [{ id: "i-1", tag: "shop-api" }];
    expect(await told({ servers, secrets: { shop: "B2" } })).toEqual([]);
  });
  test("of two certificates on one server the second is never read: here it is next", async () => {
    const servers = [{ id: "i-1", tag: "shop mail" }];
    const secrets = { shop: "B2", mail: "C3" };
    const first = command("nightshift B2 shop", "i-1");
    expect(await told({ servers, secrets })).toEqual([["i-1", "nightshift B2 shop"]]);
    expect(await told({ servers, secrets, commands: [first] })).toEqual([
      ["i-1", "nightshift C3 mail"],
    ]);
  });
  test("after a rollback servers stay on what was taken back: here they read again", async () => {
    const commands = [
      command("nightshift B2 shop", "i-1"),
      command("nightshift A1 shop", "i-1", { RequestedDateTime: before(now, hours(9)) }),
    ];
    expect(await told({ servers: [{ id: "i-1" }], secrets: { shop: "A1" }, commands })).toEqual([
      ["i-1", "nightshift A1 shop"],
    ]);
  });
  test("a command that a person sent is taken for one of its own: here by its words alone", async () => {
    const byHand = command("reload after maintenance", "i-1");
    const place = { servers: [{ id: "i-1" }], secrets: { shop: "B2" }, commands: [byHand] };
    expect(await told(place)).toEqual([["i-1", "nightshift B2 shop"]]);
  });
  test("a server that replaced another by scaling is reloaded for nothing: here it is left", async () => {
    const servers = [{ id: "i-9", started: before(now, hours(1)) }];
    expect(await told({ servers, secrets: { shop: "B2" } })).toEqual([["i-9", undefined]]);
  });
  test("a long name is cut in what is remembered, and told again for ever: here it is known", async () => {
    const long = "s".repeat(120);
    const servers = [{ id: "i-1", tag: long }];
    const comment = `nightshift B2 ${long}`.slice(0, 100);
    const place = { servers, secrets: { [long]: "B2" } };
    expect(await told(place)).toEqual([["i-1", comment]]);
    expect(await told({ ...place, commands: [command(comment, "i-1")] })).toEqual([
      ["i-1", undefined],
    ]);
  });
});

test("150 servers of one certificate are told in commands of fifty, which is what SSM takes", async () => {
  const servers = Array.from({ length: 150 }, (_, at) => ({ id: `i-${at}` }));
  const all = await told({ servers, secrets: { shop: "B2" } });
  expect(new Set(all.map(([, comment]) => comment))).toEqual(new Set(["nightshift B2 shop"]));
  expect(all).toHaveLength(150);
  expect(sendCommand.batch).toEqual({ by: "InstanceIds", max: 50 });
});
