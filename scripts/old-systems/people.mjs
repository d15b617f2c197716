// Invented people: the same seed and number make the same person, in whatever system they have an account.
import { createHash } from 'node:crypto';

const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const SURNAMES_PINYIN =
  'wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo'.split(' ');
const GIVEN = ['子涵', '雨桐', '浩然', '欣怡', '宇轩', '思远', '佳宁', '明哲', '晓彤', '文博'];
const GIVEN_PINYIN = 'zihan yutong haoran xinyi yuxuan siyuan jianing mingzhe xiaotong wenbo'.split(' ');
const HOMES = ['四川省 成都市', '北京市', '广东省 深圳市', '浙江省 杭州市', '陕西省 西安市', ''];
const BIOS = ['喜欢旅行和摄影。', '我是大管理员 🎉', '👨‍👩‍👧 一家三口', 'it\'s "me" \\o/', '', null];

/** A few distinct ones, because each has to be hashed by bcrypt. */
export const PASSWORDS = Array.from({ length: 36 }, (_, index) => `Old-pass-${index + 10}`);

/** 16 whole numbers below 65,536. */
export function dice(seed, what, number) {
  const bytes = createHash('sha256').update(`${seed}:${what}:${number}`).digest();
  return Array.from({ length: 16 }, (_, index) => bytes.readUInt16LE(index * 2));
}

export const pick = (list, die) => list[die % list.length];

/** `2019-03-07 08:09:10`, from 2017 on for four years. */
export const timestampOf = (die, second = 0) =>
  new Date(Date.UTC(2017, 0, 1) + ((die * 1900 + second * 13) % 126_000_000) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** The number of an identity card that nobody has: its check digit is right, its order beyond those that are given. */
export function idNumberOf(die) {
  const digits = `51010019900101${String(900 + (die % 100))}`;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return digits + '10X98765432'[sum % 11];
}

/**
 * A person by their number, from 1 on. Their phone is 192 and the number, so that nobody has the same; their addresses
 * are of example.com, which is nobody's.
 */
export function personOf(seed, number) {
  const die = dice(seed, 'person', number);
  const name = `${pick(SURNAMES_PINYIN, die[0])}${pick(GIVEN_PINYIN, die[1])}`;
  return {
    number,
    name: `${name}${number}`,
    nickname: `${pick(SURNAMES, die[0])}${pick(GIVEN, die[1])}`,
    phone: `192${String(number).padStart(8, '0')}`,
    email: `${name}.${number}@example.com`,
    password: pick(PASSWORDS, die[2]),
    sex: die[3] % 3,
    home: pick(HOMES, die[4]),
    bio: pick(BIOS, die[5]),
    createdAt: timestampOf(die[6], number),
  };
}
