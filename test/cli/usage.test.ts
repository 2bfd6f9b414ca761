import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, created, file, settingsFile, settingsFor } from "./cli.ts";

let aws: TestAccount;
let act: string;
beforeAll(async () => {
  aws = await embedded();
  act = settingsFor(aws, "act");
});
beforeEach(() => aws.use());

const other = { source: "aws.ec2", detail: { eventName: "RunInstances" } };

describe("what is asked wrongly exits with 2, says what and what instead, and touches nothing", () => {
  const cases: readonly (readonly [
    what: string,
    args: () => readonly string[],
    says: string | RegExp,
  ])[] = [
    ["no verb", () => [], "Usage: nightshift"],
    [
      "an unknown verb",
      () => ["rum", "log-retention"],
      /Did you mean run\?\)\nSee `npx nightshift --help`\./,
    ],
    [
      "a missing argument",
      () => ["undo"],
      /missing required argument 'run\|action'\nSee `npx nightshift help undo`\./,
    ],
    ["too many arguments", () => ["list", "all"], "too many arguments"],
    ["an unknown option", () => ["run", "log-retention", "--dry"], "unknown option '--dry'"],
    ["an unknown option of doctor", () => ["doctor", "--fires"], "Did you mean --fire?"],
    [
      "an unknown unit",
      () => ["run", "log-retenton", "--settings", act],
      'there is no unit "log-retenton"; did you mean log-retention?',
    ],
    ["an unknown unit to plan", () => ["plan", "nothing-like-it"], "npx nightshift list"],
    ["an unknown unit to explain", () => ["explain", "alarms"], "did you mean alarm?"],
    ["an unknown unit to stop", () => ["stop", "idle-instance"], "did you mean idle-instances?"],
    [
      "a wrong mode",
      () => ["run", "log-retention", "--mode", "maybe"],
      "Allowed choices are watch, ask, act",
    ],
    [
      "a mode for what changes nothing",
      () => ["run", "cost-report", "--settings", act, "--mode", "act"],
      "--mode has no meaning",
    ],
    [
      "a time that is none, since when something shall have been so",
      () => ["plan", "log-retention", "--settings", act, "--since", "long ago"],
      "--since long ago is not a length of time; write it like 30m, 2h or 1d",
    ],
    [
      "a time in the future, since when something shall have been so",
      () => ["plan", "log-retention", "--settings", act, "--since", "2999-01-01"],
      "--since 2999-01-01 lies in the future",
    ],
    [
      "how long something shall have been so, of a unit that does not go by it",
      () => ["plan", "log-retention", "--settings", act, "--since", "14d"],
      "log-retention does not go by how long something has been so: leave --since away",
    ],
    [
      "a config that is not JSON",
      () => ["run", "log-retention", "--config", "days=3"],
      "--config is not JSON",
    ],
    [
      "a config that is no object",
      () => ["run", "log-retention", "--config", "[]"],
      "--config must be an object",
    ],
    [
      "a config with a misspelt key",
      () => ["plan", "log-retention", "--settings", act, "--config", '{"dys": 3}'],
      /--config is not valid.*\n.*log-retention\.config: Unrecognized key: "dys"/,
    ],
    [
      "a config with a wrong value",
      () => ["plan", "log-retention", "--settings", act, "--config", '{"days": 2}'],
      "units.log-retention.config.days: ",
    ],
    [
      "a time that is none",
      () => ["run", "log-retention", "--at", "tomorrow"],
      "--at tomorrow is not a time",
    ],
    ["a limit that is none", () => ["history", "--limit", "0"], "--limit 0"],
    [
      "a region that is not configured",
      () => ["run", "log-retention", "--settings", act, "--region", "sa-east-1"],
      "the region sa-east-1 is not configured: the settings name eu-west-1",
    ],
    [
      "a region for what knows none",
      () => ["run", "cost-report", "--settings", act, "--region", "us-east-1"],
      "runs in the home region eu-west-1 only",
    ],
    [
      "a settings file that is missing",
      () => ["run", "log-retention", "--settings", "nowhere.config.ts"],
      "the settings file nowhere.config.ts does not exist",
    ],
    [
      "a settings file that is no program",
      () => ["run", "log-retention", "--settings", file("export default {", "mjs")],
      "cannot be read: ",
    ],
    [
      "settings that are wrong in two places",
      () => [
        "run",
        "log-retention",
        "--settings",
        settingsFile({ home: "mars", units: { "log-retention": { mode: "maybe" } } }),
      ],
      /:1: home: must be a region's name.*\n\S+:1: units\.log-retention\.mode: /,
    ],
    [
      "settings that name an unknown unit",
      () => [
        "run",
        "log-retention",
        "--settings",
        settingsFile({ home: "eu-west-1", units: { "log-retentoin": {} } }),
      ],
      "units.log-retentoin: there is no unit log-retentoin",
    ],
    [
      "settings with a wrong config",
      () => [
        "run",
        "log-retention",
        "--settings",
        settingsFile({ home: "eu-west-1", units: { "log-retention": { config: { dais: 3 } } } }),
      ],
      'units.log-retention.config: Unrecognized key: "dais"',
    ],
    [
      "an event file that is missing",
      () => ["run", "log-retention", "--settings", act, "--event", "nowhere.json"],
      "the event file nowhere.json does not exist",
    ],
    [
      "an event file that is not JSON",
      () => ["plan", "log-retention", "--settings", act, "--event", file("{ not json")],
      "is not JSON",
    ],
    [
      "an event file that holds no event",
      () => ["run", "log-retention", "--settings", act, "--event", file({ hello: 1 })],
      "expected an EventBridge event",
    ],
    [
      "an event of another source",
      () => ["run", "log-retention", "--settings", act, "--event", file(created(aws, "/a", other))],
      /matches none of its triggers.*npx nightshift explain log-retention/,
    ],
    [
      "an event of another account",
      () => [
        "run",
        "log-retention",
        "--settings",
        act,
        "--event",
        file(created(aws, "/a", { account: "111111111111" })),
      ],
      "of account 111111111111",
    ],
    [
      "an event of another region",
      () => [
        "run",
        "log-retention",
        "--settings",
        act,
        "--event",
        file(created(aws, "/a", { region: "sa-east-1" })),
      ],
      "the region sa-east-1, which the event is of,",
    ],
    [
      "an event that is not of the region that is asked for",
      () => [
        "run",
        "log-retention",
        "--settings",
        settingsFor(aws, "act", { regions: [aws.region, "us-east-1"] }),
        "--region",
        "us-east-1",
        "--event",
        file(created(aws, "/a")),
      ],
      "but --region says us-east-1",
    ],
    [
      "an event that lacks what is read of it",
      () => [
        "run",
        "log-retention",
        "--settings",
        act,
        "--event",
        file(created(aws, "/a", { detail: { eventName: "CreateLogGroup", requestParameters: 7 } })),
      ],
      "lacks what log-retention reads of it",
    ],
    ["a signal without an event", () => ["run", "alarm", "--settings", act], "--event FILE"],
    [
      "an event that a signal is not for",
      () => ["run", "alarm", "--settings", act, "--event", file(created(aws, "/a"))],
      "is none of its events",
    ],
    [
      "an incident verb that is none",
      () => ["incident", "close", "inc.1"],
      "unknown command 'close'",
    ],
    [
      "a snooze without an end",
      () => ["incident", "snooze", "inc.1"],
      "required option '--for <span>' not specified",
    ],
    [
      "a snooze for no time",
      () => ["incident", "snooze", "inc.1", "--for", "0h"],
      "--for 0h is not a length of time",
    ],
    [
      "a snooze for a word",
      () => ["incident", "snooze", "inc.1", "--for", "soon"],
      "write it like 30m, 2h or 1d",
    ],
    [
      "an end without a reason",
      () => ["incident", "resolve", "inc.1"],
      "required option '--reason <why>' not specified",
    ],
    [
      "an end with an empty reason",
      () => ["incident", "resolve", "inc.1", "--reason", " "],
      "--reason is empty",
    ],
    ["a list of none", () => ["incident", "list", "--limit", "0"], "--limit 0"],
    ["an id beside a target", () => ["history", "x", "--target", "y"], "not both"],
  ];
  test.each(cases)("%s", async (_, args, says) => {
    const { code, out, err } = await cli(...args());
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(says);
    expect(err).not.toContain("    at ");
    await expect(
      aws.client(DynamoDBClient).send(new DescribeTableCommand({ TableName: "nightshift" })),
    ).rejects.toThrow();
  });

  test("with --json, stdout is a document all the same", async () => {
    const { code, json } = await cli("run", "log-retenton", "--json");
    expect(json).toStrictEqual({
      error: { message: expect.stringContaining("did you mean log-retention?"), exitCode: code },
    });
  });
});

describe("where AWS cannot be used, it exits with 1 and says what to do", () => {
  const plan = () => cli("plan", "log-retention", "--settings", act);
  /** Answers everything with this. */
  async function answering<T>(status: number, body: string, use: () => Promise<T>): Promise<T> {
    const server = createServer((_, response) =>
      response.writeHead(status, { "content-type": "text/xml" }).end(body),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      return await use();
    } finally {
      server.close();
    }
  }
  const refused = (code: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>said AWS</Message></Error></ErrorResponse>`;

  test("an endpoint that is down", async () => {
    const endpoint = await answering(200, "", async () => process.env.AWS_ENDPOINT_URL ?? "");
    const { code, out, err } = await plan();
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`nothing answers at ${endpoint}`);
    expect(err).toContain("npm start");
  });

  test("an endpoint that is something else", async () => {
    const { code, err } = await answering(200, "<html>hello</html", plan);
    expect(code).toBe(1);
    expect(err).toContain("AWS_ENDPOINT_URL");
  });

  test.each([
    ["expired", "ExpiredToken", "have expired: sign in again"],
    ["unknown", "InvalidClientTokenId", "does not accept these credentials"],
  ])("credentials that are %s", async (_, code, says) => {
    const ended = await answering(403, refused(code), plan);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(says);
    expect(ended.err).toContain("said AWS");
  });

  test("credentials that are missing", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
      delete process.env[name];
    const { code, out, err } = await plan();
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("there are no usable AWS credentials");
  });
});

describe("as a program", () => {
  const program = (...args: readonly string[]) =>
    spawnSync(process.execPath, ["bin/nightshift.ts", ...args], {
      encoding: "utf8",
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined },
    });

  test("it keeps data and remarks apart, and writes no colour where nobody sees it", () => {
    const { status, stdout, stderr } = program("plan", "log-retention", "--settings", act);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^log-retention in eu-west-1/);
    // On a busy machine it says what takes so long.
    expect(stderr.replace(/^… .*\n/gm, "")).toBe(
      `account ${aws.account}, region eu-west-1, endpoint ${aws.endpoint}\n`,
    );
  });

  test("what it compiles is kept in a project, and nowhere else", () => {
    const folder = mkdtempSync(join(tmpdir(), "nightshift-compiled-"));
    const help = () => {
      const options = { encoding: "utf8", cwd: folder } as const;
      return spawnSync(process.execPath, [resolve("bin/nightshift.ts"), "--help"], options).status;
    };
    expect([help(), existsSync(join(folder, ".nightshift"))]).toEqual([0, false]);
    writeFileSync(join(folder, "nightshift.config.ts"), "export default {};\n");
    expect([help(), existsSync(join(folder, ".nightshift", "compiled"))]).toEqual([0, true]);
  });

  test("it exits with its own codes", () => {
    expect(program("nonsense").status).toBe(2);
    expect(program("undo", "nobody.1.2", "--settings", act).status).toBe(1);
    expect(program("--help").status).toBe(0);
  });
});
