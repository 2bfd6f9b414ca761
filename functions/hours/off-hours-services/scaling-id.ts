/** How a service, and what scales it, are called. */

/** As Application Auto Scaling names it: `service/prod/web` of `service:prod/web`. */
export const resourceId = (serviceId: string): string => serviceId.replace(":", "/");

/** Of what scales `service:prod/web`: `scaling:service/prod/web`. */
export const scalingId = (serviceId: string): string => `scaling:${resourceId(serviceId)}`;

export const isScaling = (id: string): boolean => id.startsWith("scaling:");

/** The id of the service whose scaling it is; of a service, its own. */
export const serviceIdOf = (id: string): string => id.replace(/^scaling:service\//, "service:");
