/** Names of places as written in full (成都市, 凉山彝族自治州) and as people say them (成都, 凉山). */

const PEOPLES =
  '蒙古族?|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克族?|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜族?|土|达斡尔|' +
  '仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯族?|塔吉克族?|怒|鄂温克|保安|裕固|独龙|鄂伦春|门巴|珞巴|各';
/** The peoples an autonomous area is named after, before its kind: 土家族苗族|自治州. */
const AUTONOMOUS = new RegExp(`(?:(?:${PEOPLES})族?)*自治[区州县旗]$`);
const KIND = /(?:特别行政区|地区|林区|省|市|盟|县|区|旗)$/;

/** A single character is a word of its own far too often (忠县, 东区). */
const SHORTEST = 2;

/** The name without its kind, or null when it has no kind or too little would be left. */
export function shortNameOf(name: string): string | null {
  const short = AUTONOMOUS.test(name) ? name.replace(AUTONOMOUS, '') : name.replace(KIND, '');
  return short !== name && short.length >= SHORTEST ? short : null;
}

/** Every way to write the whole name; 凉山州 is as good as 凉山彝族自治州. */
export function fullNamesOf(name: string): string[] {
  const short = shortNameOf(name);
  return short && name.endsWith('自治州') ? [name, `${short}州`] : [name];
}

/** Kinds of district that every other city has (高新区, 东区): such a name tells nothing without its city. */
export const isGeneric = (name: string): boolean =>
  name.length <= 2 || !/[市县区旗]$/.test(name) || /开发|高新|园区|管理|示范|其它/.test(name);

/** A city's name that only names a street: 南京西路, 成都道. */
export const isStreetAt = (text: string, end: number): boolean =>
  /^[东南西北中一二三四五六七八九十\d]{0,3}(?:路|街|大街|大道|道|巷|弄|胡同)/.test(text.slice(end, end + 6));
