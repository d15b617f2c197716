/** The zone in which the users live, and so in which their days begin. */
export const ZONE = 'Asia/Shanghai';
