/** Repositories of this account's private registry. */
import {
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  paginateDescribeRepositories,
} from "@aws-sdk/client-ecr";
import { paged, read } from "../../sdk/call.ts";

export const describeRepositories = paged(
  "ecr:DescribeRepositories",
  ECRClient,
  paginateDescribeRepositories,
  { items: (page) => page.repositories, on: "repository/*", pageSize: 100 },
);

const gone = "RepositoryNotFoundException";

/** Absent: nothing deletes its images by itself. */
export const getLifecyclePolicy = read(
  "ecr:GetLifecyclePolicy",
  ECRClient,
  GetLifecyclePolicyCommand,
  { on: "repository/*", absent: ["LifecyclePolicyNotFoundException", gone] },
);

/** Absent: only this account's own roles say who may pull. */
export const getRepositoryPolicy = read(
  "ecr:GetRepositoryPolicy",
  ECRClient,
  GetRepositoryPolicyCommand,
  { on: "repository/*", absent: ["RepositoryPolicyNotFoundException", gone] },
);

export const listTagsForEcrResource = read(
  "ecr:ListTagsForResource",
  ECRClient,
  ListTagsForResourceCommand,
  { on: "repository/*", absent: [gone] },
);
