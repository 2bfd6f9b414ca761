import { tellFunction } from "./app/tell-function.ts";
import { lambda } from "./lambda.ts";

export const handler = lambda("tell", import.meta.dirname, tellFunction);
