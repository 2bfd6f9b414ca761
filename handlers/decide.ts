import { decideFunction } from "./app/decide-function.ts";
import { lambda } from "./lambda.ts";

export const handler = lambda("decide", import.meta.dirname, decideFunction);
