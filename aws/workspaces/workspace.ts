/** Desktops of WorkSpaces, and when somebody was last connected to them. */
import {
  DescribeWorkspacesConnectionStatusCommand,
  paginateDescribeWorkspaces,
  WorkSpacesClient,
} from "@aws-sdk/client-workspaces";
import { paged, read } from "../../sdk/call.ts";

export const describeWorkspaces = paged(
  "workspaces:DescribeWorkspaces",
  WorkSpacesClient,
  paginateDescribeWorkspaces,
  { items: ({ Workspaces }) => Workspaces, pageSize: 25 },
);

/** Of at most 25, by their ids, in one answer; of which nothing is known is not in it. */
export const describeWorkspacesConnectionStatus = read(
  "workspaces:DescribeWorkspacesConnectionStatus",
  WorkSpacesClient,
  DescribeWorkspacesConnectionStatusCommand,
);
