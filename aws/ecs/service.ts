import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { read } from "../../sdk/call.ts";

/** One that it does not find it names among the failures of its answer. */
export const describeServices = read("ecs:DescribeServices", ECSClient, DescribeServicesCommand, {
  on: "service/*/*",
  failures: ({ failures }) => failures,
});
