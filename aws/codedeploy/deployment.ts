import { CodeDeployClient, GetDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { read } from "../../sdk/call.ts";

export const getDeployment = read(
  "codedeploy:GetDeployment",
  CodeDeployClient,
  GetDeploymentCommand,
  { on: "deploymentgroup:*/*" },
);
