/** The units that Nightshift ships, by id, each loaded when it is asked for. */
export { registry as units } from "../functions/registry.ts";
