import * as fc from "fast-check";
import { expect, test } from "vitest";
import { redact, redactText } from "./redact.ts";

const jwt =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

test("fields that are named like a secret are redacted, whatever they hold", () => {
  expect(
    redact({
      password: "hunter2",
      sessionToken: { a: 1 },
      Authorization: "Bearer x",
      credentials: ["a"],
      dbConnectionString: "server=x",
      apiKey: 12345,
      privateKey: "x",
      private_key: "x",
      hasPassword: true,
      authorizationStatus: "granted",
      bucket: "logs",
    }),
  ).toEqual({
    password: "[redacted]",
    sessionToken: "[redacted]",
    Authorization: "[redacted]",
    credentials: "[redacted]",
    dbConnectionString: "[redacted]",
    apiKey: "[redacted]",
    privateKey: "[redacted]",
    private_key: "[redacted]",
    hasPassword: true,
    authorizationStatus: "granted",
    bucket: "logs",
  });
});

test("what is named like a secret and cannot be one is shown", () => {
  const flags = {
    password: null,
    passwordReset: "true",
    usesToken: "false",
    secret: "",
    hasCookie: false,
  };
  expect(redact(flags)).toEqual(flags);
  expect(redact({ token: undefined })).toEqual({ token: null });
});

test.each([
  ["key AKIAIOSFODNN7EXAMPLE was used", "key AKIAIOSFODNN7EXAMPLE was used"],
  [`token ${jwt}`, "token [redacted]"],
  [`the key is ${secretKey}.`, "the key is [redacted]."],
  ['{"password":"hunter2","user":"ann"}', '{"password":"[redacted]","user":"ann"}'],
  ["db_password=hunter2 host=db", "db_password=[redacted] host=db"],
  ["postgres://ann:hunter2@db.example/x", "postgres://[redacted]@db.example/x"],
  ["Authorization: Bearer abcdefghijkl", "Authorization: [redacted] [redacted]"],
  [
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=0a1b2c3d&x=1",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=[redacted]&x=1",
  ],
  ["https://x.example/?sig=abc&y=1", "https://x.example/?sig=[redacted]&y=1"],
  [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE+x/9\n-----END RSA PRIVATE KEY----- and more",
    "[redacted] and more",
  ],
  ["-----BEGIN PRIVATE KEY-----\nMIIE, cut off", "[redacted]"],
  ["of eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0 only two parts", "of [redacted] only two parts"],
  ["ghp_abcdefghij1234", "ghp_[redacted]"],
  ["github_pat_11ABCDEFG0123456789", "github_pat_[redacted]"],
  ["glpat-abcdefghij-1234", "glpat-[redacted]"],
  ["xoxb-1234567890-abc", "xoxb-[redacted]"],
  ["sk_live_abcdefghij", "sk_live_[redacted]"],
  ["basic  dXNlcjpwYXNz", "basic [redacted]"],
  ["passwd=hunter2", "passwd=[redacted]"],
  ["api-key: x1y2", "api-key: [redacted]"],
  ["apikey=x1y2", "apikey=[redacted]"],
  ["access_key_id=x1y2", "access_key_id=[redacted]"],
  ["accesskey=x1y2", "accesskey=[redacted]"],
  ["private_key=x1y2", "private_key=[redacted]"],
  ["privatekey=x1y2", "privatekey=[redacted]"],
  ["tokens=x1y2", "tokens=[redacted]"],
  ["secret-value=x1y2", "secret-value=[redacted]"],
  ["secretstring=x1y2", "secretstring=[redacted]"],
  ["token  =  x1y2", "token  =  [redacted]"],
  ['\\"token\\" : \\"x1y2\\"', '\\"token\\" : \\"[redacted]\\"'],
  ["orders-function-handler-q7Zr8Wm2Kp0F1A2B3C", "[redacted]"],
  ["orders-function-handler-0F1A2B3Cq7Zr8Wm2Kp", "[redacted]"],
  ["orders-function-production-q7Zr8Wm2Kp4Lx9Qt", "[redacted]"],
  ["a".repeat(200), "[redacted]"],
])("what gives itself away in a text is redacted: %s", (given, shown) =>
  expect(redactText(given)).toBe(shown),
);

test.each([
  "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/My-Balancer/50dc6c495c0c9188",
  "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b",
  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "AWSServiceRoleForAmazonElasticFileSystemAndOthers",
  "OrdersStack-OrdersFunctionServiceRoleDefaultPolicy0F1A2B3C-hT9kQ2wZx1Ab",
  "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED_90353408594353980",
  "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (02/10/19 16:59:00)] was greater than the threshold (50.0)",
  "/aws/lambda/orders-service-production-eu-central-1-handler",
  "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0==",
  "qZrWmKpLxQtqZrWmKpLxQtqZrWmKpLxQtqZrWmKpLx",
  "orders-function-production-q7Zr8Wm2Kp4Lx9Q",
  "a".repeat(199),
])("names, ARNs, digests and sentences stay readable: %s", (text) =>
  expect(redactText(text)).toBe(text),
);

test("of a thousand secret access keys, nearly all are known by their looks alone", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const drawn = fc
    .array(fc.constantFrom(...letters), { minLength: 40, maxLength: 40 })
    .map((key) => key.join(""));
  const passed = fc
    .sample(drawn, { numRuns: 1_000, seed: 7 })
    .filter((key) => redactText(`key ${key} end`).includes(key));
  expect(passed.length).toBeLessThan(20);
});

test("no token is left, wherever it stands; ids of access keys are, for they are needed and no secret", () => {
  const key = fc.stringMatching(/^(AKIA|ASIA)[A-Z0-9]{16}$/);
  const around = fc.string({ unit: fc.constantFrom(" ", "/", '"', ":", "\n", "é") });
  fc.assert(
    fc.property(key, around, around, (id, before, after) => {
      const left = JSON.stringify(
        redact({ deep: [{ [`${before}x`]: `${before}${id}${after} ${jwt}${after}` }] }),
      );
      return left.includes(id) && !left.includes(jwt.slice(20, 60));
    }),
  );
});

test("whatever comes, what is kept is JSON within its size, and says what was cut", () => {
  fc.assert(
    fc.property(
      fc.anything({ withDate: true, withBigInt: true, withTypedArray: true }),
      (value) => {
        const kept = JSON.stringify(redact(value, { total: 2_000, text: 100 }));
        return kept !== undefined && kept.length < 40_000;
      },
    ),
  );
  const big = redact({
    list: Array.from({ length: 1_000 }, (_, at) => `item ${at}`),
    text: "x ".repeat(10_000),
  }) as { list: string[]; text: string };
  expect(big.list.at(-1)).toBe("[cut: 800 more]");
  expect(big.text.length).toBe(4_000);
});

test("an event larger than a DynamoDB item fits into one afterwards", () => {
  const event = { rows: Array.from({ length: 190 }, () => ({ text: "東".repeat(3_900) })) };
  expect(Buffer.byteLength(JSON.stringify(redact(event)))).toBeLessThan(400 * 1024);
});

test.each<[string, unknown]>([
  [
    "a list of lists of numbers",
    Array.from({ length: 190 }, () => Array.from({ length: 190 }, (_, at) => at)),
  ],
  [
    "an object of empty objects",
    Object.fromEntries(
      Array.from({ length: 190 }, (_, at) => [`k${at}`, Array.from({ length: 190 }, () => ({}))]),
    ),
  ],
  [
    "a list of short texts",
    Array.from({ length: 190 }, () => Array.from({ length: 190 }, () => "ab")),
  ],
])("%s is cut to the whole size as well", (_, value) =>
  expect(JSON.stringify(redact(value, { total: 1_000 })).length).toBeLessThan(3_000),
);

test("a depth that never ends is cut", () => {
  const nested = Array.from({ length: 60 }).reduce<object>((inner) => ({ inner }), {});
  expect(JSON.stringify(redact(nested))).toContain("[cut: too deep]");
});

test("each kind of value becomes JSON", () => {
  expect(
    redact({
      n: 1.5,
      nan: Number.NaN,
      t: true,
      at: new Date(0),
      never: new Date(Number.NaN),
      bytes: new Uint8Array(3),
      big: 5n,
      gone: undefined,
    }),
  ).toEqual({
    n: 1.5,
    nan: "NaN",
    t: true,
    at: "1970-01-01T00:00:00.000Z",
    never: "Invalid Date",
    bytes: "[3 bytes]",
    big: "5",
    gone: null,
  });
  expect(redact([1, "a", null])).toEqual([1, "a", null]);
});

test.each<[string, unknown, Parameters<typeof redact>[1], unknown]>([
  ["fields", { a: 1, b: 2, c: 3 }, { fields: 2 }, { a: 1, b: 2, "[cut]": "1 more" }],
  ["items", [1, 2, 3], { fields: 2 }, [1, 2, "[cut: 1 more]"]],
  ["depth of objects", { a: { b: 1 } }, { depth: 1 }, { a: "[cut: too deep]" }],
  ["depth of lists", [[[1]]], { depth: 2 }, [["[cut: too deep]"]]],
  ["a text", "abcdef", { text: 4 }, "abc…"],
  ["the whole, in a list", [1, 2, 3], { total: 16 }, [1, "[cut: 2 more]"]],
  ["the whole, in an object", { a: 1, b: 2 }, { total: 17 }, { a: 1, "[cut]": "1 more" }],
])("what is left out says so: %s", (_, value, limits, kept) =>
  expect(redact(value, limits)).toEqual(kept),
);
