/** With whom `image-backups` was to share an image, as its record says: anybody may write a tag. */
import type { LaunchPermission } from "@aws-sdk/client-ec2";
import type { Remembered } from "../../../sdk/automation.ts";
import { imagePlan } from "./config.ts";
import { permissionsOf } from "./permissions.ts";

/** @param made what it last did for the slot of the image */
export function plannedSharing(made: Pick<Remembered, "call"> | undefined): LaunchPermission[] {
  const { share } = (made?.call.input ?? {}) as { readonly share?: unknown };
  const read = imagePlan.safeParse({ share });
  return read.success ? permissionsOf(read.data.share) : [];
}
