/** Endpoints of SageMaker: what they run on is paid for by the hour, asked or not. */
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  paginateListEndpoints,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { paged, read, write } from "../../sdk/call.ts";

/** What SageMaker calls one that it cannot find, as whatever else is wrong with a request. */
const notFound = "ValidationException";
const couldNotFind = /^Could not find /;

export const listEndpoints = paged(
  "sagemaker:ListEndpoints",
  SageMakerClient,
  paginateListEndpoints,
  { items: (page) => page.Endpoints },
);

/** Nothing where it is gone. */
export const describeEndpoint = read(
  "sagemaker:DescribeEndpoint",
  SageMakerClient,
  DescribeEndpointCommand,
  { on: "endpoint/*", absent: [notFound], says: couldNotFind },
);

/** Nothing where it is gone: an endpoint goes on without it. */
export const describeEndpointConfig = read(
  "sagemaker:DescribeEndpointConfig",
  SageMakerClient,
  DescribeEndpointConfigCommand,
  { on: "endpoint-config/*", absent: [notFound], says: couldNotFind },
);

export const createEndpoint = write(
  "sagemaker:CreateEndpoint",
  SageMakerClient,
  CreateEndpointCommand,
  {
    on: ["endpoint/*", "endpoint-config/*"],
    also: { "sagemaker:AddTags": "endpoint/*" },
  },
);

export const deleteEndpoint = write(
  "sagemaker:DeleteEndpoint",
  SageMakerClient,
  DeleteEndpointCommand,
  {
    on: "endpoint/*",
    already: [notFound],
    uncertain:
      "it comes back only while its configuration, its models and their images are there, and AWS has such machines free",
  },
);
