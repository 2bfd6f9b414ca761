import {
  AutoScalingClient,
  paginateDescribeLaunchConfigurations,
} from "@aws-sdk/client-auto-scaling";
import { paged } from "../../sdk/call.ts";

/** What came before launch templates. */
export const describeLaunchConfigurations = paged(
  "autoscaling:DescribeLaunchConfigurations",
  AutoScalingClient,
  paginateDescribeLaunchConfigurations,
  { items: (page) => page.LaunchConfigurations, pageSize: 100 },
);
