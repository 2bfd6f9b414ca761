/** Tags of whatever SageMaker has: no listing of it tells them. */
import { paginateListTags, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { paged } from "../../sdk/call.ts";

export const listSageMakerTags = paged("sagemaker:ListTags", SageMakerClient, paginateListTags, {
  items: (page) => page.Tags,
  on: ["endpoint/*", "notebook-instance/*"],
});
