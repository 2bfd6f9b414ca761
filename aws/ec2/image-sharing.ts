/** Who may start instances from images that bear the maker's tag: more, or fewer, and back again. */
import { EC2Client, type LaunchPermission, ModifyImageAttributeCommand } from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";
import { anyImageArn } from "./image.ts";
import { ofImageMaker } from "./image-backup.ts";

/** For some more, or for some no longer: what those have started runs on. */
interface SharingChange {
  readonly Add?: LaunchPermission[] | undefined;
  readonly Remove?: LaunchPermission[] | undefined;
}

const opposite = ({ Add, Remove }: SharingChange = {}) => ({
  ...(Remove && { Add: Remove }),
  ...(Add && { Remove: Add }),
});

/* @__NO_SIDE_EFFECTS__ */
export function imageSharing() {
  const operation = "ec2:ModifyImageAttribute";
  const back = write(operation, EC2Client, ModifyImageAttributeCommand, {
    on: anyImageArn,
    when: ofImageMaker,
    already: ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"],
    repeatable: true,
    irreversible: "what an undo put back is taken away, or given, anew by the plan",
  });
  return write(operation, EC2Client, ModifyImageAttributeCommand, {
    on: anyImageArn,
    when: ofImageMaker,
    repeatable: true,
    inverse: [
      back,
      ({ ImageId, LaunchPermission }) => ({
        ImageId,
        LaunchPermission: opposite(LaunchPermission),
      }),
    ],
  });
}
