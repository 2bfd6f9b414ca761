import { lambda } from "../../../handlers/lambda.ts";
import { slackWorkFunction } from "../slack-work-function.ts";

export const handler = lambda("slack-work", import.meta.dirname, slackWorkFunction);
