/** What a bundle's schemas leave out follows from what they keep, for every operation of every client. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NormalizedSchema } from "@smithy/core/schema";
import { beforeAll, expect, test } from "vitest";
import {
  clientsThatSpeak,
  isOperation,
  type Schema,
  type SdkOperation,
} from "../../../testing/sdk-samples.ts";
import { packageFile } from "../../io/paths.ts";
import { pack } from "../pack.ts";
import { leanSchemas, xmlNameOf } from "./lean-schemas.ts";

type Module = Readonly<Record<string, unknown>>;

const clients = clientsThatSpeak(/Json|Rest|Query/);
let lean: Readonly<Record<string, Module>>;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-lean-schemas-"));
  const source = clients.map((client, at) => {
    const file = packageFile(`node_modules/${client}/dist-es/schemas/schemas_0.js`);
    return `export * as client${at} from ${JSON.stringify(file)};`;
  });
  await pack(folder, { source: source.join("\n"), settings: {} });
  lean = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as typeof lean;
}, 600_000);

const capital = (name: string): string => name.replace(/^./, (letter) => letter.toUpperCase());

/** How a shape reads and writes its members, each shape once. */
function wireOf(of: Schema, ec2: boolean, seen = new Set<unknown>()): unknown {
  const schema = NormalizedSchema.of(of);
  const { xmlName, ec2QueryName, ...traits } = schema.getMergedTraits();
  const own = schema.isMemberSchema() ? schema.getMemberName() : "";
  const named = {
    read: xmlName ?? (ec2 ? xmlNameOf(own) : own),
    written: ec2QueryName ?? (ec2 ? capital(String(xmlName ?? own)) : (xmlName ?? own)),
  };
  const shape = schema.getSchema();
  const again = Array.isArray(shape) && seen.has(shape);
  if (schema.isUnitSchema() || again) return named;
  seen.add(shape);
  if (schema.isListSchema())
    return { ...named, traits, item: wireOf(schema.getValueSchema() as Schema, ec2, seen) };
  if (schema.isMapSchema())
    return {
      ...named,
      traits,
      key: wireOf(schema.getKeySchema() as Schema, ec2, seen),
      item: wireOf(schema.getValueSchema() as Schema, ec2, seen),
    };
  if (!schema.isStructSchema())
    return { ...named, traits, kind: Array.isArray(shape) ? shape.slice(3) : shape };
  const members = [...schema.structIterator()].map(([name, member]) => [
    name,
    wireOf(member as Schema, ec2, seen),
  ]);
  return { ...named, traits, members };
}

test.each(clients.map((client, at) => [client, at] as const))("%s", async (client, at) => {
  const whole = (await import(client)) as Module;
  const ec2 = client.endsWith("client-ec2");
  const operations = Object.entries(whole).filter((entry): entry is [string, SdkOperation] =>
    isOperation(entry[1]),
  );
  expect(operations.length).toBeGreaterThan(0);
  for (const [name, [, , , traits, input, output]] of operations) {
    const ours = lean[`client${at}`]?.[name] as SdkOperation;
    const wire = (of: readonly [unknown, Schema, Schema]) => [
      of[0],
      wireOf(of[1], ec2),
      wireOf(of[2], ec2),
    ];
    expect([name, wire([ours[3], ours[4], ours[5]])]).toEqual([
      name,
      wire([traits, input, output]),
    ]);
  }
});

const ec2 = "protocol: config?.protocol ?? AwsEc2QueryProtocol,";
const volume = (members: string): string =>
  [
    'const _I = "Iops";',
    'const _Vol = "Volume";',
    'const _eQN = "ec2QueryName";',
    'const _i = "iops";',
    'const _xN = "xmlName";',
    'const _VI = "VolumeId";',
    "export var Volume$ = [3, n0, _Vol,",
    "    0,",
    "    [_I, _VI],",
    `    ${members}`,
    "];",
  ].join("\n");

test("names that follow from a member's own are left out, others stay", () => {
  const members = "[[1, { [_eQN]: `Iops`,\n [_xN]: _i }], [() => Id, { [_xN]: `volume` }]]";
  expect(leanSchemas(volume(members), ec2).split("\n").slice(-5)).toEqual([
    'export var Volume$ = [3, 0, "",',
    "    0,",
    '    /* @__PURE__ */ "Iops VolumeId".split(" "),',
    "    [1, [() => Id, { [_xN]: `volume` }]]",
    "];",
  ]);
});

test("a name in queries that is not the one in XML stays", () => {
  const members = "[[1, { [_eQN]: `IopsSet`, [_xN]: _i }], 0]";
  expect(leanSchemas(volume(members), ec2)).toContain("[[1, { [_eQN]: `IopsSet` }], 0]");
});

test("what is written in a form that is not known stays as it is", () => {
  const members = "[makes(1), [0, { [_eQN]: `VolumeId` }]]";
  expect(leanSchemas(volume(members), ec2)).toContain(members);
});

test("what is called like its shape keeps the shape's name", () => {
  const lean = leanSchemas(volume("[1, 0]"), "protocol: config?.protocol ?? AwsRestXmlProtocol,");
  expect(lean).toContain("Volume$ = [3, n0, _Vol,");
});

test("names that are no constants stay", () => {
  const code = volume("[1, 0]").replace("[_I, _VI]", "[_I, other]");
  expect(leanSchemas(code, ec2)).toContain("[_I, other]");
});
