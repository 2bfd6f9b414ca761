/** The connections of a test's process to the embedded AWS. */
import { Agent } from "node:http";

/**
 * Keeps them open for all clients that ask it: each unit's run has clients of its own, as in Lambda, and a connection that
 * is opened costs the embedded AWS more than a request.
 */
export const connections = new Agent({ keepAlive: true });
