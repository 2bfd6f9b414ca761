import { deliverFunction } from "./app/deliver-function.ts";
import { lambda } from "./lambda.ts";

export const handler = lambda("deliver", import.meta.dirname, deliverFunction);
