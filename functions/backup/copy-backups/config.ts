/** Where sets are copied to, and with which keys. */
import * as z from "zod/mini";
import { copyFields } from "../copy-place.ts";

export const copyPlan = z.strictObject(
  copyFields(
    "Without it, copies of encrypted snapshots are encrypted with the region's default key for EBS.",
    "whole sets",
  ),
);
