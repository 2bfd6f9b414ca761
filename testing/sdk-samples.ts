/** Values of the shapes that the SDK's clients describe, the same each time. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { NormalizedSchema } from "@smithy/core/schema";
import type { $Schema } from "@smithy/types";

const root = resolve(import.meta.dirname, "..");
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** The protocol of a client's package. */
export const protocolOf = (client: string): string =>
  /protocol: config\?\.protocol \?\? (\w+)/.exec(
    readFileSync(join(root, "node_modules", client, "dist-es", "runtimeConfig.shared.js"), "utf8"),
  )?.[1] ?? "";

/** Packages of clients whose protocol has such a name. */
export const clientsThatSpeak = (protocol: RegExp): readonly string[] =>
  Object.keys(dependencies).filter(
    (name) => name.startsWith("@aws-sdk/client-") && protocol.test(protocolOf(name)),
  );

export type Schema = Extract<Parameters<typeof NormalizedSchema.of>[0], $Schema>;
/** As a client's package describes it. */
export type SdkOperation = readonly [
  kind: 9,
  namespace: string,
  name: string,
  traits: unknown,
  input: Schema,
  output: Schema,
];
export const isOperation = (value: unknown): value is SdkOperation =>
  Array.isArray(value) && value[0] === 9;

/** Numbers that come in the same order each time. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const texts = ["", "a", "ä€😀", '"\\\n\u2028', "\ud800", "__proto__", "2026-11-21T02:00:00Z"];
const figures = [0, -1, 7, 1.5, 1e-7, 2 ** 53 - 1, Number.NaN, Number.POSITIVE_INFINITY];
export const sampleTimes: readonly number[] = [0, 1_795_226_400_000, 1_795_226_400_123];

/** Something of a schema's shape, not too deep. */
export function sample(
  of: Schema,
  next: (below: number) => number,
  {
    depth = 0,
    words = texts,
  }: { readonly depth?: number; readonly words?: readonly string[] } = {},
): unknown {
  const schema = NormalizedSchema.of(of);
  const within = (inner: NormalizedSchema) => sample(inner, next, { depth: depth + 1, words });
  const pick = <T>(from: readonly T[]): T => from[next(from.length)] as T;
  const several = <T>(make: () => T): T[] => Array.from({ length: next(depth > 4 ? 1 : 3) }, make);
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()];
    const union = schema.isUnionSchema();
    const wanted = union ? members.slice(next(members.length)).slice(0, 1) : members;
    const kept = wanted.filter(
      ([, member]) => union || member.getMergedTraits().httpLabel || !next(depth > 3 ? 4 : 2),
    );
    return Object.fromEntries(
      kept.map(([name, member]) => [
        name,
        member.getMergedTraits().httpLabel && member.isStringSchema() ? "a b/ü" : within(member),
      ]),
    );
  }
  if (schema.isListSchema()) return several(() => within(schema.getValueSchema()));
  if (schema.isMapSchema())
    return Object.fromEntries(several(() => [`k${next(9)}`, within(schema.getValueSchema())]));
  if (schema.isBlobSchema()) return pick([new Uint8Array(), new Uint8Array([0, 255, 16])]);
  if (schema.isTimestampSchema()) return new Date(pick(sampleTimes));
  if (schema.isBooleanSchema()) return next(2) === 0;
  if (schema.isNumericSchema()) return pick(figures);
  return pick(words);
}
