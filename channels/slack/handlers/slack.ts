import { lambda } from "../../../handlers/lambda.ts";
import { slackFunction } from "../slack-function.ts";

export const handler = lambda("slack", import.meta.dirname, slackFunction);
