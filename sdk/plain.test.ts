import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cut, plain, plainJson, unlinked } from "./plain.ts";

test.each([
  ["web\nDone (0)", "web\\nDone (0)"],
  ["a\rb\tc", "a\\rb\\tc"],
  ["\u0001", "\\x01"],
  ["\u001b[2Jgone", "\\x1b[2Jgone"],
  ["txt.\u202egpj.exe", "txt.\\u{202e}gpj.exe"],
  ["pay\u200bpal", "pay\\u{200b}pal"],
  ["\u009b31m", "\\x9b31m"],
  ["half \ud83d", "half \ufffd"],
  ["Zürich 東京 🌙", "Zürich 東京 🌙"],
])("what controls, reorders or hides text is shown as an escape: %j", (given, shown) =>
  expect(plain(given)).toBe(shown),
);

test("no control character is left, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      (text) => !/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u.test(plain(text)),
    ),
  );
});

test("a text is cut to its length and never inside a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      const short = cut(text, max);
      return (
        short.length <= max &&
        (short.isWellFormed() || !text.isWellFormed()) &&
        (text.length > max || short === text)
      );
    }),
  );
});

test.each([
  ["see https://evil.example/x", "see https[:]//evil.example/x"],
  ["www.evil.example", "www[.]evil.example"],
  ["javascript:alert(1)", "javascript[:]alert(1)"],
  ["state: failed", "state: failed"],
  ["go to evil.com/login now", "go to evil[.]com/login now"],
  ["evil.com", "evil[.]com"],
  ["EVIL.COM.", "EVIL[.]COM."],
  ["login.evil.co.uk/x?y", "login.evil.co[.]uk/x?y"],
  ["(evil.io)", "(evil[.]io)"],
  ["https://evil.com/login", "https[:]//evil[.]com/login"],
  ["evil.app/login", "evil[.]app/login"],
  ["evil.somewhere/login", "evil[.]somewhere/login"],
  ["evil.com:8080", "evil[.]com:8080"],
  ["ann@evil.com/login", "ann@evil[.]com/login"],
  ["evil。com/login", "evil[.]com/login"],
  ["xn--80ak6aa92e.com", "xn--80ak6aa92e[.]com"],
  ["пример.xn--p1ai", "пример[.]xn--p1ai"],
  ["bucket.s3.amazonaws.com/login", "bucket.s3.amazonaws[.]com/login"],
  ["x.execute-api.eu-west-1.amazonaws.com", "x.execute-api.eu-west-1.amazonaws[.]com"],
  ["aws.amazon.com.evil.com", "aws.amazon.com.evil[.]com"],
  ["evilaws.amazon.com", "evilaws.amazon[.]com"],
  ["arn:aws:s3:::evil.com/login", "arn:aws:s3:::evil[.]com/login"],
])("nothing makes a link of it: %s", (given, shown) => expect(unlinked(given)).toBe(shown));

test.each([
  "arn:aws:lambda:eu-central-1:123456789012:function:orders.worker/1",
  "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
  "ip-10-0-1-17.eu-central-1.compute.internal",
  "db1.cluster-c9akciq32rgl.eu-central-1.rds.amazonaws.com:5432",
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1.2.3",
  "s3.amazonaws.com",
  "console.aws.amazon.com/ec2/home",
  "aws.health says",
  "my.app",
  "user.id",
  "t3.micro",
  "db.r5.large",
  "1.2.3",
  "10.0.0.0/8",
  "203.0.113.7:443",
  "index.ts",
  "reports/2026/orders.csv",
  "/var/log/app.log",
  "state.value",
  "ann@example.com",
  "Node.js",
  "e.g. this",
  "Done...",
])("what is no address stays as it is: %s", (text) => expect(unlinked(text)).toBe(text));

test("JSON text means the same, and obeys nobody", () => {
  const value = { name: "txt.\u202egpj \u009b31m 🌙 \u{e0041}", more: [1] };
  const shown = plainJson(JSON.stringify(value, null, 1));
  expect(shown).toBe(
    '{\n "name": "txt.\\u202egpj \\u009b31m 🌙 \\udb40\\udc41",\n "more": [\n  1\n ]\n}',
  );
  expect(JSON.parse(shown)).toEqual(value);
});
