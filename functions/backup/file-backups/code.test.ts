import { DeleteLayerVersionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, test } from "vitest";
import {
  contentOf,
  keyed,
  manifestsIn,
  openedSets,
  outcomes,
  recordsOf,
  wrongIn,
} from "../../../test/setup/file-sets.ts";
import { sendStubbed } from "../../../test/setup/stub-clients.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { writeCode } from "./code.ts";
import { codeOfTests, makeFileBucket, makeFunction } from "./fixture.ts";

const opened = (seed: (aws: TestAccount) => Promise<unknown>, more: object = {}) =>
  openedSets(
    async (aws) => {
      await makeFileBucket(aws);
      await seed(aws);
    },
    { config: { kinds: ["code"], ...more } },
  );
type Delivery = Awaited<ReturnType<typeof opened>>;

/** The names of a set's files, without the hashes in them. */
async function namesIn(delivery: Delivery) {
  const { manifests } = await manifestsIn(delivery);
  return manifests.flatMap(({ files }) =>
    files.map(({ name }) => name.replace(/\.[0-9a-f]{8}\./, ".ID.")),
  );
}

const described = async (delivery: Delivery, ending = ".function.json") =>
  JSON.parse(await contentOf(delivery, ending));

test("a function is its code as it was put there, what it is, and what makes it again", async () => {
  const delivery = await opened((aws) => makeFunction(aws, "my_checkout"));
  const run = await delivery.ended(await delivery.deliver());
  expect(await outcomes(delivery, run)).toEqual([["applied", true]]);
  expect(await wrongIn(delivery)).toEqual([]);
  expect(await namesIn(delivery)).toEqual([
    "function.my_checkout.ID.create.json",
    "function.my_checkout.ID.function.json",
    "function.my_checkout.ID.zip",
  ]);
  expect(await contentOf(delivery, ".zip")).toBe(`${codeOfTests("my_checkout")}`);
  expect(await described(delivery, ".create.json")).toMatchObject({
    ...{ FunctionName: "my_checkout", Runtime: "nodejs24.x", Handler: "index.handler" },
    Role: expect.stringContaining(":role/runs-functions"),
  });
});

test("what is made again from the files is the function", async () => {
  const delivery = await opened(
    (aws) => makeFunction(aws, "checkout", { layer: "common", variables: { TOKEN: "a secret" } }),
    { buckets: keyed },
  );
  await delivery.ended(await delivery.deliver());
  const input = await described(delivery, ".create.json");
  const { CreateFunctionCommand } = await import("@aws-sdk/client-lambda");
  const lambda = delivery.aws.client(LambdaClient);
  const ZipFile = Buffer.from(await contentOf(delivery, "/function.checkout.b1ad1b2c.zip"));
  const made = await lambda.send(
    new CreateFunctionCommand({ ...input, FunctionName: "again", Code: { ZipFile } }),
  );
  expect(made).toMatchObject({ Environment: { Variables: { TOKEN: "a secret" } } });
});

test("its address is nowhere, for whoever has it gets the code", async () => {
  const delivery = await opened((aws) => makeFunction(aws, "checkout", { layer: "common" }));
  const run = await delivery.ended(await delivery.deliver());
  const { files } = await manifestsIn(delivery);
  const kept = JSON.stringify([[...files], await recordsOf(delivery, run)]);
  expect(kept).not.toContain("/embedded/code/");
  expect(kept).not.toContain("Location");
});

describe("values of an environment", () => {
  const seed = (aws: TestAccount) =>
    makeFunction(aws, "checkout", { variables: { TOKEN: "hidden-canary", MODE: "" } });
  test("are not written without a key of one's own; their names are, and it is said", async () => {
    const delivery = await opened(seed);
    await delivery.ended(await delivery.deliver());
    const { files, manifests } = await manifestsIn(delivery);
    expect(JSON.stringify([...files])).not.toContain("hidden-canary");
    expect(manifests).toMatchObject([{ things: 1, leftOut: 1 }]);
    expect((await described(delivery)).environment).toEqual({
      names: ["TOKEN", "MODE"],
      leftOut: "no key is named for its values",
    });
  });
  test("go into their files alone where there is one: no record or request has them", async () => {
    const delivery = await opened(seed, { buckets: keyed });
    const run = await delivery.ended(await delivery.deliver());
    expect(await contentOf(delivery, ".create.json")).toContain("hidden-canary");
    expect(JSON.stringify(await recordsOf(delivery, run))).not.toContain("hidden-canary");
    const having = delivery.proxy.calls.filter(({ parameters }) =>
      JSON.stringify(parameters)?.includes("hidden-canary"),
    );
    expect(new Set(having.map(({ operation }) => operation))).toEqual(new Set(["PutObject"]));
    expect((await manifestsIn(delivery)).manifests).toMatchObject([{ leftOut: 0 }]);
  });
});

test("a function made from an image is its image, and none of its code is asked for", async () => {
  const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1";
  const delivery = await opened((aws) => makeFunction(aws, "web", { image }));
  await delivery.ended(await delivery.deliver());
  expect(await namesIn(delivery)).toEqual([
    "function.web.ID.create.json",
    "function.web.ID.function.json",
  ]);
  const { Code } = await described(delivery);
  expect(Code).toMatchObject({
    ImageUri: image,
    ResolvedImageUri: expect.stringMatching(/@sha256:/),
  });
  expect((await described(delivery, ".create.json")).Code).toEqual({
    ImageUri: Code.ResolvedImageUri,
  });
});

test("a layer of many functions is written once, whichever steps come upon it", async () => {
  const delivery = await opened(async (aws) => {
    await makeFunction(aws, "f-00", { layer: "common" });
    const lambda = aws.client(LambdaClient);
    const { GetFunctionCommand, UpdateFunctionConfigurationCommand } = await import(
      "@aws-sdk/client-lambda"
    );
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: "f-00" }));
    const Layers = Configuration?.Layers?.map(({ Arn = "" }) => Arn);
    for (let at = 1; at < 22; at += 1) {
      const FunctionName = `f-${String(at).padStart(2, "0")}`;
      await makeFunction(aws, FunctionName);
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers }));
    }
  });
  await delivery.ended(await delivery.deliver());
  const { manifests } = await manifestsIn(delivery);
  expect(manifests).toMatchObject([{ things: 22, leftOut: 0 }]);
  const layers = manifests[0]?.files.filter(({ name }) => name.startsWith("layer."));
  expect(layers).toHaveLength(1);
  expect(manifests[0]?.files).toHaveLength(3 * 22 + 1);
  expect(await wrongIn(delivery)).toEqual([]);
  const asked = delivery.proxy.calls.filter(({ operation }) => operation === "GetLayerVersion");
  expect(asked).toHaveLength(1);
});

test("a layer that was deleted, and that its function goes on with, is said to be left out", async () => {
  const delivery = await opened((aws) => makeFunction(aws, "checkout", { layer: "common" }));
  const run = await delivery.deliver();
  await delivery.aws
    .client(LambdaClient)
    .send(new DeleteLayerVersionCommand({ LayerName: "common", VersionNumber: 1 }));
  await delivery.ended(run);
  expect((await described(delivery)).layers).toEqual([
    {
      Arn: expect.stringMatching(/:layer:common:1$/),
      leftOut: "it was deleted, and this function goes on with it",
    },
  ]);
  expect((await manifestsIn(delivery)).manifests).toMatchObject([{ leftOut: 1 }]);
});

test("a function that is deleted between its listing and its reading is in no set", async () => {
  const delivery = await opened(async (aws) => {
    await makeFunction(aws, "a");
    await makeFunction(aws, "b");
  });
  const run = await delivery.deliver();
  const isAsked = ({ operation }: RecordedCall) => operation === "GetFunction";
  delivery.proxy.fault(isAsked, "refused:ResourceNotFoundException", { times: 1 });
  await delivery.ended(run);
  expect((await manifestsIn(delivery)).manifests).toMatchObject([{ things: 1, leftOut: 0 }]);
  expect((await namesIn(delivery))[0]).toBe("function.b.ID.create.json");
});

describe("what goes wrong", () => {
  const seed = (aws: TestAccount) => makeFunction(aws, "checkout", { layer: "common" });
  test.each(["ListFunctions", "GetFunction", "GetLayerVersion"])(
    "where %s is denied there is no set, and it is told",
    async (operation) => {
      const delivery = await opened(seed);
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      const run = await delivery.ended(await delivery.deliver());
      const [failed] = await recordsOf(delivery, run);
      expect(failed).toMatchObject({ outcome: "failed", within: "code" });
      expect(failed?.error).toContain("AccessDenied");
      expect((await manifestsIn(delivery)).manifests).toEqual([]);
    },
  );

  test("throttled, it waits and goes on", async () => {
    const delivery = await opened(seed);
    delivery.proxy.fault(({ service }) => service === "lambda", "throttled", { times: 3 });
    await delivery.ended(await delivery.insist());
    expect((await manifestsIn(delivery)).manifests).toHaveLength(1);
  });

  const isDownload = ({ service }: RecordedCall) => service === "unknown";
  test("a download that breaks off is asked for again", async () => {
    const delivery = await opened(seed);
    const run = await delivery.deliver();
    delivery.proxy.fault(isDownload, "reset", { times: 2 });
    await delivery.ended(run);
    expect(await wrongIn(delivery)).toEqual([]);
    expect((await manifestsIn(delivery)).manifests).toMatchObject([{ leftOut: 0 }]);
  });

  test("what is handed out is what Lambda says it is, or there is no set", async () => {
    const delivery = await opened(seed);
    const run = await delivery.deliver();
    delivery.proxy.fault(isDownload, "malformed");
    await delivery.ended(run);
    expect((await recordsOf(delivery, run))[0]?.error).toContain("is not what it says it is");
    expect((await manifestsIn(delivery)).manifests).toEqual([]);
  });

  test("one that is refused is no code, leaves no set, and shows no address", async () => {
    const delivery = await opened(seed);
    const run = await delivery.deliver();
    delivery.proxy.fault(isDownload, "denied");
    await delivery.ended(run);
    const records = await recordsOf(delivery, run);
    expect(records).toMatchObject([{ outcome: "failed" }]);
    expect(records[0]?.error).toContain("127.0.0.1 answered 403 instead of the code");
    expect(records[0]?.error).not.toContain("embedded/code");
    expect((await manifestsIn(delivery)).manifests).toEqual([]);
  });
});

describe("as Lambda answers", () => {
  const asked = {
    ...{ about: "code", slot: "2026-11-21", bucket: "files", owner: "123456789012" },
    ...{ folder: "a/", action: "a", run: "r", part: 1, after: null },
  };
  async function written(found: object, names = ["checkout"]) {
    const put = new Map<string, string>();
    const answer = await sendStubbed(writeCode, asked, {
      ListFunctions: () => ({ Functions: names.map((FunctionName) => ({ FunctionName })) }),
      GetFunction: ({ FunctionName }: { readonly FunctionName: string }) => ({
        ...found,
        Configuration: {
          FunctionName,
          PackageType: "Zip",
          ...("Configuration" in found && (found.Configuration as object)),
        },
      }),
      PutObject: ({ Key, Body }: { readonly Key: string; readonly Body: string }) =>
        put.set(Key, Body),
    });
    const own = [...put].find(([key]) => key.endsWith(".function.json"))?.[1] ?? "{}";
    return { ...answer, put, own: JSON.parse(own) };
  }

  test.each([
    "http://169.254.169.254/latest/meta-data/",
    "https://evil.example/code.zip",
    "https://s3.amazonaws.com.evil.example/code.zip",
    "http://tasks.s3.eu-west-1.amazonaws.com/code.zip",
    "file:///etc/passwd",
    "no address",
  ])("code is fetched from AWS's buckets alone, not from %s", (Location) =>
    expect(written({ Code: { Location } })).rejects.toThrow("no bucket of AWS"),
  );

  test("names that differ by capitals alone have files that no disk takes for one", async () => {
    const { keys } = await written({}, ["Shop", "shop"]);
    expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(4);
  });

  test("code that is too large is not read, and is said to be left out", async () => {
    const Location = "https://tasks.s3.eu-west-1.amazonaws.com/code.zip";
    const { own, leftOut } = await written({
      Code: { Location },
      Configuration: { CodeSize: 64 * 1024 * 1024 + 1 },
    });
    expect([own.code.leftOut, leftOut]).toEqual([
      "it has 67108865 bytes: more than 67108864 are not written",
      1,
    ]);
  });

  test("an environment that Lambda cannot decrypt is said to be left out", async () => {
    const { own, leftOut, put } = await written({
      Configuration: { Environment: { Error: { ErrorCode: "AccessDenied", Message: "a key" } } },
    });
    expect([own.environment, leftOut]).toEqual([
      { leftOut: "Lambda does not show its values: AccessDenied" },
      1,
    ]);
    expect(put.size).toBe(2);
  });

  test("a layer of another account is its ARN, which is no fault", async () => {
    const Arn = "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:64";
    const { own, put } = await written({ Configuration: { Layers: [{ Arn }] } });
    expect(own.layers).toEqual([{ Arn }]);
    expect([...put.keys()].filter((key) => key.includes("layer"))).toEqual([]);
  });

  test("what is not set is not asked for when it is made again, nor tags that AWS puts", async () => {
    const { put } = await written({
      Tags: { team: "shop", "aws:cloudformation:stack-name": "shop" },
      Configuration: {
        ...{ KMSKeyArn: "", Description: "", VpcConfig: { SubnetIds: [], VpcId: "" } },
        SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      },
    });
    const create = [...put].find(([key]) => key.endsWith(".create.json"))?.[1] ?? "{}";
    expect(JSON.parse(create)).toEqual({
      ...{ FunctionName: "checkout", PackageType: "Zip", SnapStart: { ApplyOn: "None" } },
      Tags: { team: "shop" },
    });
  });
});
