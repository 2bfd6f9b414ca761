import { expect, test } from "vitest";
import { describeSecret } from "../aws/secretsmanager/secret.ts";
import { putSecretValue } from "../aws/secretsmanager/value.ts";
import { composedOf, composedRead, composedWrite, PartClients } from "./composed.ts";

const made: string[] = [];
const answering = {
  region: "eu-west-1",
  credentials: async () => ({ accessKeyId: "x", secretAccessKey: "x" }),
  requestHandler: {
    metadata: { handlerProtocol: "http/1.1" },
    async handle({ headers, hostname }: { headers: Record<string, string>; hostname: string }) {
      made.push(`${headers["x-amz-target"]?.split(".")[1]} at ${hostname}`);
      const body = Buffer.from(JSON.stringify({ VersionId: "v1" }));
      const type = { "content-type": "application/x-amz-json-1.1" };
      return { response: { statusCode: 200, headers: type, body } };
    },
  },
};

const store = composedWrite("test:Store", {
  parts: [describeSecret, putSecretValue],
  token: "token",
  irreversible: "it is a test",
  async does({ name }: { readonly name: string; readonly token?: string }, use) {
    await use(describeSecret({ SecretId: name }), "us-east-1");
    const { VersionId } = await use(putSecretValue({ SecretId: name, SecretString: "a key" }));
    return { version: VersionId };
  },
});

test("a step sends its parts, each where it is to be sent, and answers what it says alone", async () => {
  const clients = new PartClients(answering);
  expect(await store.send(clients, store({ name: "a" }).input)).toEqual({ version: "v1" });
  expect(made).toEqual([
    "DescribeSecret at secretsmanager.us-east-1.amazonaws.com",
    "PutSecretValue at secretsmanager.eu-west-1.amazonaws.com",
  ]);
  clients.destroy();
});

test("its power is that of its parts, and it can be sent again", () => {
  expect(store.grants).toEqual([...describeSecret.grants, ...putSecretValue.grants]);
  expect(composedOf(store)).toEqual([describeSecret, putSecretValue]);
  expect([store.repeatable, store.token, store.back]).toEqual([true, { field: "token" }, "never"]);
});

test("what is none of its parts is refused", async () => {
  const wrong = composedRead("test:Look", {
    parts: [describeSecret],
    does: async (input: object, use) => use(putSecretValue(input as never) as never),
  });
  await expect(wrong.ask(new PartClients(answering), {})).rejects.toThrow(
    "secretsmanager:PutSecretValue is none of its parts",
  );
});
