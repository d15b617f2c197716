import { z } from 'zod';
import { DeviceType } from '../../device-type.js';
import { isStorable } from '../../text.js';
import { TOKEN_MAX } from '../session/token.js';
import { LEGACY_ID_MAX } from '../user/legacy-id.entity.js';
import { CsvColumns } from './csv.columns.js';

/** The first instant that no client can read. */
const YEAR_10000 = 253_402_300_800;

const dateOf = (seconds: number): Date => new Date(seconds * 1000);

/** Seconds since 1970, as session stores have them. */
const unixSeconds = z.int().nonnegative().lt(YEAR_10000).transform(dateOf);

/** `2027-01-06T07:35:01Z`, or seconds since 1970 as a number or a text. */
const time = z.union([
  unixSeconds,
  z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .pipe(unixSeconds),
  z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((date) => date.getTime() < YEAR_10000 * 1000),
]);

const DEVICES: Readonly<Record<string, DeviceType>> = {
  UNKNOWN: DeviceType.UNKNOWN,
  IOS: DeviceType.IOS,
  ANDROID: DeviceType.ANDROID,
};

/** By name, or by the number that anlife gives it. */
const device = z.union([
  z.enum(DeviceType),
  z.enum(['0', '1', '2']).transform(Number).pipe(z.enum(DeviceType)),
  z.enum(['UNKNOWN', 'IOS', 'ANDROID']).transform((name) => DEVICES[name] ?? DeviceType.UNKNOWN),
]);

/**
 * One session of another system. Its token is what clients show, in visible ASCII; how long it would be good there does
 * not say how long it is here.
 */
export const SESSION_RECORD = z.strictObject({
  token: z
    .string()
    .max(TOKEN_MAX)
    .regex(/^[!-~]+$/),
  legacy_id: z.union([
    z.string().min(1).max(LEGACY_ID_MAX).refine(isStorable),
    z.int().nonnegative().transform(String),
  ]),
  expires_at: time,
  device_type: device.nullish(),
});

export const SESSION_COLUMNS = new CsvColumns(SESSION_RECORD);

export type SessionRecord = z.output<typeof SESSION_RECORD>;
