/** What people develop on in Glue: it is paid for by the hour as long as it is there, used or not. */
import { GlueClient, paginateGetDevEndpoints, paginateListSessions } from "@aws-sdk/client-glue";
import { paged } from "../../sdk/call.ts";

export const getDevEndpoints = paged("glue:GetDevEndpoints", GlueClient, paginateGetDevEndpoints, {
  items: ({ DevEndpoints }) => DevEndpoints,
});

/** Interactive sessions, those that ended lately among them. */
export const listSessions = paged("glue:ListSessions", GlueClient, paginateListSessions, {
  items: ({ Sessions }) => Sessions,
});
