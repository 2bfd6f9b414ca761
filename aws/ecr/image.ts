/** Images of a repository: those of one platform, and the indexes that name one for each. */
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  ECRClient,
  type ImageFailure,
  paginateDescribeImages,
} from "@aws-sdk/client-ecr";
import { paged, read, write } from "../../sdk/call.ts";

export const describeEcrImages = paged("ecr:DescribeImages", ECRClient, paginateDescribeImages, {
  items: (page) => page.imageDetails,
  on: "repository/*",
  pageSize: 1000,
});

/** Images that a call takes. */
export const mostImages = 100;

const isThere = ({ failureCode }: ImageFailure): boolean => failureCode !== "ImageNotFound";

/** With their manifests. One that is gone is left out; a registry may count this as a pull. */
export const batchGetImage = read("ecr:BatchGetImage", ECRClient, BatchGetImageCommand, {
  on: "repository/*",
  absent: ["RepositoryNotFoundException"],
  failures: ({ failures }) => failures?.filter(isThere),
});

export const imageIsGone = "a deleted image is gone: it has to be built and pushed again";

/** By its digest an image goes with all its tags. ECR refuses one that an index names. */
export const batchDeleteImage = write("ecr:BatchDeleteImage", ECRClient, BatchDeleteImageCommand, {
  on: "repository/*",
  batch: { by: "imageIds", max: mostImages },
  already: ["RepositoryNotFoundException"],
  failures: ({ failures }) => failures?.filter(isThere),
  irreversible: imageIsGone,
});
