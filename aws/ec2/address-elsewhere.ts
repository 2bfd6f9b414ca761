/** Addresses of other regions, looked at there. */
import { readElsewhere } from "../../sdk/elsewhere.ts";
import { describeAddresses } from "./address.ts";

export const describeAddressesElsewhere = readElsewhere(describeAddresses);
