/** Where snapshots of databases are copied to, and with which keys. */
import * as z from "zod/mini";
import { copyFields } from "../copy-place.ts";

export const databaseCopyPlan = z.strictObject(
  copyFields(
    "Without it, an encrypted snapshot is not copied there, and that is told: RDS copies none to another region without a key of that region.",
    "good snapshots",
  ),
);
