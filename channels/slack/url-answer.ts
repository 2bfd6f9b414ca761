/** What the Function URL answers Slack. */
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export type UrlAnswer = APIGatewayProxyStructuredResultV2;

/** Taken; there is nothing to show. */
export const nothingShown: UrlAnswer = { statusCode: 200, body: "" };
export const jsonAnswer = (body: object, statusCode = 200): UrlAnswer => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
export const refusedRequest = (statusCode: number, error: string): UrlAnswer =>
  jsonAnswer({ error }, statusCode);
