/**
 * The account in memory behind a port, as the embedded AWS is: for the tests of engine/ that only
 * need ledger, log groups and instances.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import {
  MemoryAws,
  type Request,
  type Response,
  refusal,
  requestOf,
} from "../../testing/memory/aws.ts";
import { TransactionRefused } from "../../testing/memory/table.ts";
import { tagsOfParameters } from "../../testing/memory/xml.ts";
import { serveShared } from "../../testing/serve-shared.ts";

const json = (body: object): Response => ({
  statusCode: 200,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: Buffer.from(JSON.stringify(body)),
});
const xml = (body: string): Response => ({
  statusCode: 200,
  headers: { "content-type": "text/xml" },
  body: Buffer.from(body),
});

/** What only tests ask for: to make what shall be there, and what a deployment would have made. */
class Account extends MemoryAws {
  #table: object | undefined;
  #ttl: object | undefined;
  #made = 0;

  constructor(account: string, region: string) {
    super(account, region);
    this.killSwitch = "";
  }

  seed({ service, operation, input }: Request): Response | undefined {
    const asked = input as Readonly<Record<string, string>>;
    const group = (name = "") => {
      const found = this.logs.groups.get(name);
      if (!found)
        throw new TransactionRefused(
          "ResourceNotFoundException",
          "The specified log group does not exist",
        );
      return found;
    };
    if (service === "dynamodb" && operation !== "CreateTable" && !this.#table)
      throw new TransactionRefused("ResourceNotFoundException", "Requested resource not found");
    switch (`${service}:${operation}`) {
      case "dynamodb:DescribeTable":
        return json({ Table: { ...this.#table, TableStatus: "ACTIVE" } });
      case "dynamodb:CreateTable":
        if (this.#table)
          throw new TransactionRefused("ResourceInUseException", "Table already exists");
        this.#table = input;
        return json({ TableDescription: { TableStatus: "ACTIVE" } });
      case "dynamodb:UpdateTimeToLive":
        this.#ttl = {
          ...(input.TimeToLiveSpecification as unknown as object),
          TimeToLiveStatus: "ENABLED",
        };
        return json({});
      case "dynamodb:DescribeTimeToLive":
        return json({ TimeToLiveDescription: this.#ttl });
      case "ssm:PutParameter":
        if (this.killSwitch && !input.Overwrite)
          throw new TransactionRefused("ParameterAlreadyExists", "The parameter already exists.");
        this.killSwitch = asked.Value ?? "";
        return json({ Version: 1 });
      case "ssm:GetParameter":
        if (!this.killSwitch) throw new TransactionRefused("ParameterNotFound", "");
        return undefined;
      case "ssm:DeleteParameter":
        this.killSwitch = "";
        return json({});
      case "logs:CreateLogGroup":
        this.logs.groups.set(asked.logGroupName ?? "", {
          tags: { ...(input.tags as unknown as object) },
        });
        return json({});
      case "logs:DeleteLogGroup":
        group(asked.logGroupName);
        this.logs.groups.delete(asked.logGroupName ?? "");
        return json({});
      case "logs:TagResource":
        Object.assign(group(asked.resourceArn?.split("log-group:")[1]).tags, input.tags);
        return json({});
      case "ec2:RunInstances": {
        const id = `i-${String(++this.#made).padStart(17, "0")}`;
        this.ec2.machines.set(id, { state: "running", tags: { ...tagsOfParameters(asked) } });
        return xml(
          `<RunInstancesResponse><instancesSet><item><instanceId>${id}</instanceId></item></instancesSet></RunInstancesResponse>`,
        );
      }
      default:
        return undefined;
    }
  }

  reply(request: Request): Response {
    try {
      return this.seed(request) ?? this.answer(request, Date.now()).response;
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      return refusal(request.service, error);
    }
  }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Its keys carry the account, so that whoever calls is known by them. */
const assumed = (arn: string) => {
  const account = arn.split(":")[4] ?? "";
  return xml(
    `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA${account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  );
};

/** As test/setup/on-demand.ts does it. */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  const accounts = new Map<string, Account>();
  const answer = (body: string, headers: IncomingMessage["headers"]): Response => {
    const role = new URLSearchParams(body).get("RoleArn");
    if (role) return assumed(role);
    const [, key = "", region = ""] =
      /Credential=ASIA(\d+)\/\d+\/([\w-]+)\//.exec(headers.authorization ?? "") ?? [];
    const place = `${key} ${region}`;
    const account = accounts.get(place) ?? new Account(key, region);
    accounts.set(place, account);
    return account.reply(requestOf({ headers: headers as Record<string, string>, body }));
  };
  const server = createServer(async (incoming, outgoing) => {
    const { statusCode, headers, body } = answer(await textOf(incoming), incoming.headers);
    outgoing.writeHead(statusCode, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stopServing = await serveShared(project, {
    embedded: async () => endpoint,
    bundles: async () => Promise.reject(new Error("mutants are not bundled")),
  });
  return async () => {
    await stopServing();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
