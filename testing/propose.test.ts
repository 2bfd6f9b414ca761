import { DeleteVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { automation } from "../sdk/automation.ts";
import { write } from "../sdk/call.ts";
import { proposeFor } from "./propose.ts";

const deleteVolume = write("ec2:DeleteVolume", EC2Client, DeleteVolumeCommand, {
  on: "volume/*",
  irreversible: "it is gone",
});
const reaps = automation({
  id: "reaps",
  family: "storage",
  summary: "Reaps volumes that are small",
  on: [],
  config: z.strictObject({ below: z._default(z.number(), 10) }),
  reads: [],
  writes: [deleteVolume],
  find: async () => [{ VolumeId: "vol-1", size: 5 }],
  target: ({ VolumeId }) => ({ id: VolumeId, tags: { untaggable: "a test" } }),
  state: ({ size }) => size,
  propose({ VolumeId, size }, { config, region }) {
    if (size >= config.below) return;
    return { because: `it is small in ${region}`, call: deleteVolume({ VolumeId }) };
  },
});

test("a literal is judged with the unit's own defaults, and with what the test sets", () => {
  const small = { VolumeId: "vol-1", size: 5 };
  expect(proposeFor(reaps, small)).toEqual({
    because: "it is small in eu-central-1",
    call: deleteVolume({ VolumeId: "vol-1" }),
  });
  expect(proposeFor(reaps, small, { config: { below: 5 } })).toBeUndefined();
  expect(proposeFor(reaps, small, { region: "us-east-1" })?.because).toContain("us-east-1");
});

test("a config that the unit would refuse is refused here too", () => {
  expect(() => proposeFor(reaps, { VolumeId: "v", size: 1 }, { config: { belo: 5 } })).toThrow();
});
