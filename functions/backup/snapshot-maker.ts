/** Who made a snapshot of a volume, by what it says of itself. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { imageMaker } from "../../aws/ec2/image-backup.ts";
import { maker, tagIn, tagOf } from "./backup-set.ts";
import { copier } from "./copy-backups/copy.ts";

export interface SnapshotMaker {
  /** `nobody`: no plan is known that made it. */
  readonly by: "ours" | "dlm" | "aws-backup" | "image" | "nobody";
  /** For people. */
  readonly name: string;
}

const ours: ReadonlySet<string> = new Set([maker, copier, imageMaker]);

/** Names whoever made it, by what AWS alone can write where there is such a thing. */
export function snapshotMaker({ Tags = [], Description }: Snapshot): SnapshotMaker {
  const policy = tagIn({ Tags }, "aws:dlm:lifecycle-policy-id");
  if (policy) return { by: "dlm", name: `the DLM policy ${policy}` };
  if (tagIn({ Tags }, "aws:backup:source-resource"))
    return { by: "aws-backup", name: "AWS Backup" };
  const unit = tagIn({ Tags }, tagOf.unit) ?? "";
  if (ours.has(unit)) return { by: "ours", name: unit };
  if (Description?.startsWith("Created by CreateImage")) return { by: "image", name: "an image" };
  return { by: "nobody", name: "somebody's snapshot" };
}
