/** The deployment, for a team's own CDK app. */
export { nightshift } from "../lib/nightshift.ts";
