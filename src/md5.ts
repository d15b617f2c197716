/** Whether a text is an MD5 as it is written: 32 hexadecimal digits, in either case. */
export const isMd5 = (text: string): boolean => /^[0-9a-f]{32}$/i.test(text);
