import { lambda } from "../../handlers/lambda.ts";
import { incidentsFunction } from "../incidents/incidents-function.ts";

export const handler = lambda("incidents", import.meta.dirname, (ports, deployed) =>
  incidentsFunction(ports, deployed),
);
