/**
 * Images that a unit makes as backups of instances. Whoever may deregister or share them may do so to
 * no image that does not bear the maker's tag.
 */
import {
  CreateImageCommand,
  DeregisterImageCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { write } from "../../sdk/call.ts";
import { anyImageArn, describeImages, everyOwnImage } from "./image.ts";
import { anySnapshotArn } from "./snapshot.ts";

/** Makes them, and is what their tag says. */
export const imageMaker = "image-backups";

/** No image of others. */
export const ofImageMaker = { StringEquals: { "aws:ResourceTag/nightshift:unit": [imageMaker] } };

/** With its snapshots; one that another image uses too stays. No image without the maker's tag. */
/* @__NO_SIDE_EFFECTS__ */
export const backupImageDeregistration = () =>
  write("ec2:DeregisterImage", EC2Client, DeregisterImageCommand, {
    on: anyImageArn,
    when: ofImageMaker,
    also: { "ec2:DeleteSnapshot": { on: anySnapshotArn, when: ofImageMaker } },
    already: ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"],
    irreversible:
      "an image that is deregistered is gone with its snapshots, unless retention rules of the Recycle Bin keep both",
  });

/** Creating an image knows no idempotency field: it is found again by this tag. */
const tokenTag = "nightshift:token";

/** @returns each with the token as a tag of what is made */
const withToken = (specifications: readonly TagSpecification[], token: string) =>
  specifications.map(({ ResourceType, Tags = [] }) => ({
    ResourceType,
    Tags: [...Tags, { Key: tokenTag, Value: token }],
  }));

/** Tagging is allowed in the act of creating alone. */
const inCreating = { StringEquals: { "ec2:CreateAction": ["CreateImage"] } };

/** Where the settings share with nobody, `shared_image` names none: then nothing of this is granted. */
const sharedImage = "arn:{partition}:ec2:{region}::image/{named_shared_image}";

/** Makes, shares and takes back images that bear the maker's tag. */
/* @__NO_SIDE_EFFECTS__ */
export function backupImages() {
  const deregister = backupImageDeregistration();
  /** Of an account's images in a region no two have one name. */
  const create = write("ec2:CreateImage", EC2Client, CreateImageCommand, {
    on: [anyImageArn, anySnapshotArn, "instance/*"],
    also: { "ec2:CreateTags": { on: [anyImageArn, anySnapshotArn], when: inCreating } },
    token: {
      find: describeImages,
      tag: (input, token) => ({
        ...input,
        TagSpecifications: withToken(input.TagSpecifications ?? [], token),
      }),
      asking: (token) => ({
        ...everyOwnImage,
        Filters: [{ Name: `tag:${tokenTag}`, Values: [token] }],
      }),
      answer: ([image]) => image && { ImageId: image.ImageId },
    },
    made: ({ ImageId }) => ImageId,
    inverse: [deregister, (_, { ImageId }) => ({ ImageId, DeleteAssociatedSnapshots: true })],
  });

  const unshare = write("ec2:ModifyImageAttribute", EC2Client, ModifyImageAttributeCommand, {
    on: sharedImage,
    when: ofImageMaker,
    already: ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"],
    repeatable: true,
    irreversible: "whoever is to start instances from it is allowed to anew",
  });

  /** Lets others start instances from it. */
  const share = write("ec2:ModifyImageAttribute", EC2Client, ModifyImageAttributeCommand, {
    on: sharedImage,
    when: ofImageMaker,
    repeatable: true,
    refusable: true,
    inverse: [
      unshare,
      ({ ImageId, LaunchPermission }) => ({
        ImageId,
        LaunchPermission: { Remove: LaunchPermission?.Add },
      }),
    ],
  });
  return { create, share, deregister };
}
