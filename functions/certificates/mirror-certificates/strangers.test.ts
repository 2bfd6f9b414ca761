/** What people reported of copies of certificates in other stores: here it does not happen. */
import type { ParameterMetadata } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import { proposeFor } from "../../../testing/propose.ts";
import { kmsKeyIn } from "./fixture.ts";
import unit, { type MirroredPair } from "./index.ts";

const region = "eu-west-1";
const kmsKey = kmsKeyIn(region);
const folder = "nightshift/certificates/";
const words = (serial: string, version: number): string =>
  `nightshift: certificate ${serial}, its chain within, put as version ${version}`;

interface Place {
  /** Stages of the versions of the secret; absent where there is no such secret. */
  readonly stages?: Readonly<Record<string, readonly string[]>>;
  /** All that SSM lists. */
  readonly listed?: readonly ParameterMetadata[];
}

const current = { v2: ["AWSCURRENT", "serial-B2"], v1: ["AWSPREVIOUS", "serial-A1"] };
const parameter = (more: ParameterMetadata = {}): ParameterMetadata => ({
  ...{ Name: `/${folder}shop`, Type: "SecureString", KeyId: kmsKey, Version: 7 },
  Description: words("B2", 7),
  ...more,
});

async function* each<T>(all: readonly T[]) {
  yield* all;
}

/** What is done, and why; or what is told instead. */
async function done({ stages = current, listed = [] }: Place, at = region) {
  const answers: Readonly<Record<string, () => unknown>> = {
    "secretsmanager:DescribeSecret": async () => ({ VersionIdsToStages: stages }),
    "ssm:DescribeParameters": () => each(listed),
  };
  const certificates = [{ secret: `${folder}shop`, kmsKey }];
  const search = {
    read: ({ operation }: { operation: string }) => answers[operation]?.(),
    ...{ only: undefined, region: at, config: unit.config.parse({ certificates }) },
  };
  const found = await Array.fromAsync(unit.find(search as never) as AsyncIterable<MirroredPair>);
  return found.map((one) => {
    try {
      const proposal = proposeFor(unit, one);
      return proposal && `${proposal.call.operation}: ${proposal.because}`;
    } catch (error) {
      return String(error);
    }
  });
}

describe("what people reported", () => {
  test("a copy is written anew each hour, and its history runs over: here only where it differs", async () =>
    expect(await done({ listed: [parameter()] })).toEqual([undefined]));
  test("a copy that was overwritten by hand stays so until the next renewal: here it is mended", async () =>
    expect(await done({ listed: [parameter({ Version: 8 })] })).toEqual([
      expect.stringMatching(/^certificate:MirrorAgain: .*what was not put from here$/),
    ]));
  test("a store that lists names by prefix gives another's: here the whole name counts", async () =>
    expect(await done({ listed: [parameter({ Name: `/${folder}shop-api` })] })).toEqual([
      expect.stringMatching(/^certificate:MirrorFirst: there is no/),
    ]));
  test("a renewal that is still pending is copied: here what is current alone", async () => {
    const stages = { ...current, v3: ["AWSPENDING", "serial-C3"] };
    expect(await done({ stages, listed: [parameter()] })).toEqual([undefined]);
  });
  test("after a rollback the copy stays new: here it follows", async () => {
    const stages = { v1: ["AWSCURRENT", "serial-A1"], v2: ["AWSPREVIOUS", "serial-B2"] };
    expect(await done({ stages, listed: [parameter()] })).toEqual([
      expect.stringMatching(/^certificate:MirrorAgain: .*has the certificate A1, and .* B2$/),
    ]);
  });
  test("a secret that is deleted empties the copy: here the copy stays, and that is told", async () =>
    expect(await done({ stages: {}, listed: [parameter()] })).toEqual([
      expect.stringContaining("there is no secret"),
    ]));
  test("a secret that is filled by hand is copied as if it were a certificate: here not", async () =>
    expect(await done({ stages: { v9: ["AWSCURRENT"] }, listed: [parameter()] })).toEqual([
      expect.stringContaining("holds no certificate that a renewal or an export"),
    ]));
  test("a key ends up in plain text, since the parameter was made as a String: here not", async () =>
    expect(await done({ listed: [parameter({ Type: "String", Version: 1 })] })).toEqual([
      expect.stringContaining("SSM changes no kind"),
    ]));
  test("a copy is made in every region that runs: here where its key lies alone", async () =>
    expect(await done({}, "us-east-1")).toEqual([]));
  test("a change of the key leaves the copy under the old one: here it is put again", async () => {
    const listed = [parameter({ KeyId: "alias/aws/ssm" })];
    expect(await done({ listed })).toEqual([
      expect.stringContaining("it is encrypted by alias/aws/ssm"),
    ]);
  });
});
