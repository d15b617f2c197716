/** An MD5 as it is written: 32 hexadecimal digits, in either case. */
export const MD5 = /^[0-9a-fA-F]{32}$/;

export const isMd5 = (text: string): boolean => MD5.test(text);
