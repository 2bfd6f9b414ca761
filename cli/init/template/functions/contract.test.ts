/** What every unit owes: a change that is verified and can be undone, guards that hold, and more. */
import { unitsContract } from "nightshift/testing";

unitsContract(import.meta.dirname);
