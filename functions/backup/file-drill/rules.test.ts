import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { FileKind } from "../file-backups/config.ts";
import { contentsOf } from "./fixture.ts";
import { groupVerdict, setGroupOf } from "./rules.ts";
import { lacksInTemplate } from "./template-text.ts";

type Texts = Readonly<Record<string, string>>;

const base64 = (text: string) => createHash("sha256").update(text).digest("base64");

/** What the rule of a kind says of the fixture's files, some of them changed, or taken away by "". */
function judged(kind: FileKind, change: Texts = {}) {
  const texts: Texts = {
    ...Object.fromEntries(contentsOf[kind].map(({ name, text }) => [name, text])),
    ...change,
  };
  const there = Object.entries(texts).filter(([, text]) => text !== "");
  const files = there
    .filter(([name]) => !name.startsWith("layer."))
    .map(([name, text]) => ({ name, text, base64: base64(text) }));
  return groupVerdict(kind, files, (name) => there.some(([each]) => each === name));
}

test.each<FileKind>(["zones", "parameters", "templates", "code"])(
  "a good group of %s has one thing, and nothing is wrong with it",
  (kind) => expect(judged(kind)).toEqual({ things: 1, senseless: [] }),
);

const zone = (more: object) =>
  JSON.stringify({ ...JSON.parse(contentsOf.zones[0]?.text ?? ""), ...more });
const records = (...all: object[]) =>
  JSON.stringify({
    Changes: all.map((ResourceRecordSet) => ({ Action: "UPSERT", ResourceRecordSet })),
  });
const record = (more: object = {}) => ({
  ...{ Name: "www.example.com.", Type: "A", TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }] },
  ...more,
});
const alias = { HostedZoneId: "Z2", DNSName: "lb.example.com.", EvaluateTargetHealth: false };

const batch = "Z1.import-001.json";

describe("a zone is of use", () => {
  const own = [
    { Name: "example.com.", Type: "NS" },
    { Name: "example.com.", Type: "SOA" },
  ];
  test.each<[what: string, change: Texts]>([
    [
      "with an alias",
      { [batch]: records({ Name: "example.com.", Type: "A", AliasTarget: alias }) },
    ],
    [
      "with nothing but its own",
      { [batch]: "", "Z1.zone.json": zone({ records: 2, imports: [] }) },
    ],
    [
      "with what a traffic policy made, which is imported by nobody",
      {
        "Z1.zone.json": zone({
          records: 4,
          notImported: [...own, { Name: "tp.example.com.", Type: "A" }],
        }),
      },
    ],
    ["with a wildcard", { [batch]: records(record({ Name: "\\052.example.com." })) }],
    [
      "with several values",
      { [batch]: records(record({ ResourceRecords: [{ Value: "a" }, { Value: "b" }] })) },
    ],
  ])("%s", (_, change) => expect(judged("zones", change).senseless).toEqual([]));

  test.each<[what: string, change: Texts, words: string]>([
    [
      "whose records are too few",
      { "Z1.zone.json": zone({ records: 9 }) },
      "says 9 records, and 3",
    ],
    [
      "without its SOA",
      { "Z1.zone.json": zone({ records: 2, notImported: own.slice(0, 1) }) },
      "own SOA",
    ],
    [
      "without its NS",
      { "Z1.zone.json": zone({ records: 2, notImported: own.slice(1) }) },
      "own NS",
    ],
    ["that names a batch which the set has not", { [batch]: "" }, "which the set has not"],
    ["whose batch is cut off", { [batch]: records(record()).slice(0, 40) }, "is no JSON"],
    ["whose batch is empty", { [batch]: JSON.stringify({ Changes: [] }) }, "(Changes)"],
    [
      "with a record of another zone",
      { [batch]: records(record({ Name: "www.example.org." })) },
      "that no zone takes",
    ],
    [
      "with a record that ends alike",
      { [batch]: records(record({ Name: "notexample.com." })) },
      "that no zone takes",
    ],
    [
      "with a record without values",
      { [batch]: records(record({ ResourceRecords: [] })) },
      "that no zone takes",
    ],
    [
      "with an alias that lives for a time",
      { [batch]: records(record({ AliasTarget: alias })) },
      "that no zone takes",
    ],
    [
      "with a batch that Route 53 refuses for its length",
      {
        [batch]: records(
          record({
            Type: "TXT",
            ResourceRecords: Array.from({ length: 501 }, () => ({ Value: "a" })),
          }),
          record(),
        ),
      },
      "no batch that Route 53 takes",
    ],
    [
      "whose own NS are to be imported",
      { [batch]: records(record({ Name: "example.com.", Type: "NS" })) },
      "no batch that Route 53 takes",
    ],
    ["that only batches are left of", { "Z1.zone.json": "" }, "is of no zone in the set"],
  ])("and not one %s", (_, change, words) => {
    const { things, senseless } = judged("zones", change);
    expect([things, senseless[0]?.what]).toEqual([0, expect.stringContaining(words)]);
  });
});

describe("parameters are of use", () => {
  const file = "parameters-0001.json";
  const of = (...parameters: object[]) => ({ [file]: JSON.stringify({ parameters }) });
  test("where a SecureString's value was left out, and where there are none", () => {
    const left = { Name: "/a", Type: "SecureString", leftOut: "no key is named for it" };
    expect(judged("parameters", of(left))).toEqual({ things: 1, senseless: [] });
    expect(judged("parameters", of())).toEqual({ things: 0, senseless: [] });
  });
  test.each<[what: string, parameter: object, words: string]>([
    ["without a value", { Name: "/a", Type: "String" }, "has no value of /a"],
    ["left out though no secret", { Name: "/a", Type: "String", leftOut: "why" }, "no value of /a"],
    ["of no type", { Name: "/a", Value: "b" }, "(parameters.0.Type)"],
    ["without a name", { Name: "", Type: "String", Value: "b" }, "(parameters.0.Name)"],
    ["with an empty value", { Name: "/a", Type: "String", Value: "" }, "(parameters.0.Value)"],
  ])("and not one %s", (_, parameter, words) =>
    expect(judged("parameters", of(parameter)).senseless[0]?.what).toContain(words),
  );
});

describe("a template is of use", () => {
  test.each<[what: string, text: string, names: string[]]>([
    ["in JSON", `{"Parameters":{"Size":{}},"Resources":{"A":{}}}`, ["Size"]],
    ["in YAML", "Parameters:\n  Size:\n    Type: String\nResources:\n  A: !Ref B\n", ["Size"]],
    [
      "in YAML with quotes",
      `"Parameters":\n  'Size': {Type: String}\n'Resources':\n  A: 1\n`,
      ["Size"],
    ],
    [
      "in YAML with a comment above",
      "# ours\nAWSTemplateFormatVersion: 2010-09-09\nResources: {}\n",
      [],
    ],
    ["in YAML as it flows", "{Parameters: {Size: {Type: String}}, Resources: {A: {}}}", []],
    ["with what a macro brings", "Fn::Transform:\n  Name: AWS::Include\n", ["Size"]],
    ["in JSON with what a macro brings", `{"Fn::Transform":{"Name":"AWS::Include"}}`, []],
    [
      "with lines of another system",
      "Parameters:\r\n  Size:\r\n    Type: String\r\nResources:\r\n  A: 1\r\n",
      ["Size"],
    ],
  ])("%s", (_, text, names) => expect(lacksInTemplate(text, names)).toBeUndefined());

  test.each<[what: string, text: string, names: string[], words: string]>([
    ["that is empty", " \n", [], "is empty"],
    ["without resources", `{"Parameters":{}}`, [], "no Resources"],
    ["that is a page of errors", "<html><body>503</body></html>", [], "no Resources"],
    ["that is a list", "[]", [], "no template"],
    ["without a parameter of its stack", `{"Resources":{}}`, ["Size"], "lacks the parameters Size"],
    ["in YAML without it", "Resources:\n  A: 1\n", ["Size"], "lacks the parameters Size"],
    [
      "in YAML that only mentions it",
      "Resources:\n  A: !Ref Size\n",
      ["Size"],
      "lacks the parameters Size",
    ],
  ])("and not one %s", (_, text, names, words) =>
    expect(lacksInTemplate(text, names)).toContain(words),
  );

  test("with what its stack hides, and all that it names", () => {
    const [, template] = contentsOf.templates;
    const without = JSON.stringify({ Resources: {}, Parameters: { Size: {} } });
    expect(judged("templates", { [template?.name ?? ""]: without }).senseless).toEqual([
      { file: template?.name, what: "lacks the parameters Password" },
    ]);
    expect(judged("templates", { "shop.1a2b.create.json": "" }).senseless[0]?.what).toContain(
      "shop.1a2b.create.json, which the set has not",
    );
  });
});

test("code is of use where it is what Lambda said, with its layers", () => {
  const zip = "function.pay.1a2b.zip";
  expect(judged("code", { [zip]: "code of another" }).senseless).toEqual([
    { file: zip, what: "is not the code of pay" },
  ]);
  expect(judged("code", { "layer.common.1.3c4d.zip": "" }).senseless[0]?.what).toContain(
    "layer.common.1.3c4d.zip, which the set has not",
  );
  expect(judged("code", { "function.pay.1a2b.create.json": "{}" }).senseless[0]?.what).toContain(
    "(FunctionName)",
  );
});

test("a function of an image has no zip, and that is right", () => {
  const described = JSON.stringify({
    Configuration: { FunctionName: "pay", CodeSha256: "of the image" },
    ...{ code: {}, layers: [], create: "function.pay.1a2b.create.json" },
  });
  const change = { "function.pay.1a2b.function.json": described, "function.pay.1a2b.zip": "" };
  expect(judged("code", change)).toEqual({ things: 1, senseless: [] });
});

test("files of one thing are one group, whatever their thing is called", () => {
  expect(setGroupOf("zones", "Z1.import-001.json")).toBe("Z1");
  expect(setGroupOf("templates", "shop.1a2b.create.json")).toBe("shop.1a2b");
  expect(setGroupOf("code", "function.pay.1a2b.create.json")).toBe("function.pay.1a2b");
  expect(setGroupOf("parameters", "parameters-0001.json")).toBe("parameters-0001.json");
  expect(setGroupOf("code", "layer.common.1.3c4d.zip")).toBe("layer.common.1");
});
