/** Where the users live, and so where their days begin. */
export const ZONE = 'Asia/Shanghai';
