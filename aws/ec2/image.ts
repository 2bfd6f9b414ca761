import {
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DisableImageCommand,
  EC2Client,
  EnableImageCommand,
  paginateDescribeImageReferences,
  paginateDescribeImages,
  paginateListImagesInRecycleBin,
  RestoreImageFromRecycleBinCommand,
} from "@aws-sdk/client-ec2";
import { paged, read, write } from "../../sdk/call.ts";
import { anySnapshotArn } from "./snapshot.ts";

/** An image's ARN names no account. */
export const anyImageArn = "arn:{partition}:ec2:{region}::image/*";

/** What EC2 answers for one that is gone. */
const gone = ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"] as const;

export const describeImages = paged("ec2:DescribeImages", EC2Client, paginateDescribeImages, {
  items: (page) => page.Images,
  pageSize: 1000,
});

/** AWS leaves out those that are disabled unless they are asked for; they need their snapshots too. */
export const everyOwnImage = {
  Owners: ["self"],
  IncludeDisabled: true,
  IncludeDeprecated: true,
};

/** Those of others that were shared with this account by its number. */
export const everySharedImage = {
  ExecutableUsers: ["self"],
  IncludeDisabled: true,
  IncludeDeprecated: true,
};

/** Deregistered, and kept by a retention rule: they come back only while their snapshots are there. */
export const listImagesInRecycleBin = paged(
  "ec2:ListImagesInRecycleBin",
  EC2Client,
  paginateListImagesInRecycleBin,
  { items: (page) => page.Images, pageSize: 500 },
);

/** With whom it is shared, among others. */
export const describeImageAttribute = read(
  "ec2:DescribeImageAttribute",
  EC2Client,
  DescribeImageAttributeCommand,
  { on: anyImageArn, absent: gone },
);

/** Images that a look for references takes at once. */
export const mostReferred = 10;

/**
 * What of this account names an image, in the services that EC2 asks by itself with the caller's
 * permissions.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html
 */
export const describeImageReferences = paged(
  "ec2:DescribeImageReferences",
  EC2Client,
  paginateDescribeImageReferences,
  {
    items: (page) => page.ImageReferences,
    also: {
      "imagebuilder:ListImageRecipes": "*",
      "imagebuilder:ListContainerRecipes": "*",
      "imagebuilder:GetContainerRecipe":
        "arn:{partition}:imagebuilder:{region}:{account}:container-recipe/*/*",
      "ssm:DescribeParameters": "*",
      "ssm:GetParameters": "arn:{partition}:ssm:{region}:{account}:parameter/*",
    },
  },
);

/** Those that it was shared with before do not get it back by this. */
export const enableImage = write("ec2:EnableImage", EC2Client, EnableImageCommand, {
  on: anyImageArn,
  repeatable: true,
  irreversible: "it can be used again, and what nothing uses is disabled anew",
});

/** Nothing can be started from it, and nobody else sees it any more; what runs goes on. */
export const disableImage = write("ec2:DisableImage", EC2Client, DisableImageCommand, {
  on: anyImageArn,
  repeatable: true,
  inverse: [enableImage, ({ ImageId }) => ({ ImageId })],
});

/** It comes back as it was, with its id and its tags, where its snapshots are there. */
export const restoreImageFromRecycleBin = write(
  "ec2:RestoreImageFromRecycleBin",
  EC2Client,
  RestoreImageFromRecycleBinCommand,
  { on: anyImageArn, irreversible: "it is there again, and what is there is deregistered anew" },
);

/** A snapshot that another image uses too stays, whatever is asked. */
export const deregisterImage = write("ec2:DeregisterImage", EC2Client, DeregisterImageCommand, {
  on: anyImageArn,
  also: { "ec2:DeleteSnapshot": anySnapshotArn },
  already: gone,
  irreversible:
    "an image that is deregistered is gone, unless a retention rule of the Recycle Bin keeps it",
});
