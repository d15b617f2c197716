import {
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { AppError, isErrorCode } from '../../errors/app-error.js';
import { ERRORS } from '../../errors/codes.js';
import { accessOf } from '../../schema/access.js';
import { holdsAccountId } from '../../schema/account-ids.js';
import { type Dialect, type Exchange, meaningOf, type Reply, type Row, resultOf } from '../dialect.js';
import { FULL, type SampledField, VARIANTS, type Variant } from '../openapi/samples.js';
import { sampleParameters } from '../parameters.js';
import { leavesOf } from './paths.js';

/**
 * What the fields of a row's answer are filled from, found out by letting the row answer two samples that differ in
 * nothing but, say, their times: whatever differs then comes from a time. No row has to say it.
 */

/** The kinds of content that differ between two servers, or that nobody is to read. */
export type Kind = 'time' | 'account id' | 'id' | 'token' | 'picture' | 'name' | 'private';

const KINDS: readonly Kind[] = ['time', 'account id', 'id', 'token', 'picture', 'name', 'private'];

/** The places of a row's answers, without positions in lists, by what fills them. */
export interface Marks {
  /** Every place that an answer of the row can have. */
  known: ReadonlySet<string>;
  kinds: ReadonlyMap<string, ReadonlySet<Kind>>;
  /** Texts of failures in which only a number of seconds differs. */
  counted: ReadonlySet<string>;
  /** Cookies that hold a token or the name of a captcha. */
  cookies: ReadonlySet<string>;
}

/** Fields that are made by chance, or that name a picture by what is made by chance. */
const BY_FIELD: Readonly<Record<string, Kind>> = {
  'AuthPayload.token': 'token',
  'UploadTicket.token': 'token',
  'UploadTicket.imageId': 'picture',
  'UploadTicket.reference': 'picture',
  'UploadTicket.publicUrl': 'picture',
  'Captcha.id': 'token',
  'Captcha.image': 'picture',
  'Image.id': 'picture',
  'Image.number': 'picture',
  'Image.url': 'picture',
  'Image.reference': 'picture',
  'Image.hash': 'picture',
  'User.avatarUrl': 'picture',
  'User.name': 'name',
  'User.nickname': 'name',
  'OpenAccount.name': 'name',
};

/** A name that nobody chose is made by chance. */
const GENERATED_NAME = /^user_[0-9a-f]{10}$/;

export const isGeneratedName = (value: unknown): boolean =>
  typeof value === 'string' && GENERATED_NAME.test(value);

/** Names under which persons are told apart, whoever may see them. */
const PRIVATE = new Set(['phone', 'phoneNumber', 'email', 'idNumber', 'realName']);
/** Types that only their owner sees as a whole. */
const PRIVATE_TYPES = new Set(['Address']);
const TEXTS = new Set(['String']);

/** The kind of a field of the schema; undefined where it is the same on every server, and for everybody to read. */
export function kindOf({ parent, name, type }: SampledField, schema: GraphQLSchema): Kind | undefined {
  const leaf = getNamedType(type).name;
  const known = BY_FIELD[`${parent}.${name}`];
  if (known || leaf === 'DateTime') return known ?? 'time';
  const holder = schema.getType(parent);
  const field = isObjectType(holder) ? holder.getFields()[name] : undefined;
  if (field && holdsAccountId(field)) return 'account id';
  if (leaf === 'ID') return 'id';
  const isPrivate =
    PRIVATE.has(name) ||
    PRIVATE_TYPES.has(parent) ||
    (field && /^(?:owner|self)$/.test(accessOf(field)?.rule ?? ''));
  return TEXTS.has(leaf) && !isListType(getNullableType(type)) && isPrivate ? 'private' : undefined;
}

const CHANGED_TIME = new Date('2031-03-07T01:02:03Z');
/** Samples of texts and ids are `1`; what is read as base64 needs more than one character. */
const changed = (sample: unknown): unknown => {
  if (Array.isArray(sample)) return sample.map(changed);
  if (sample instanceof Date) return CHANGED_TIME;
  if (typeof sample === 'number') return sample + 1;
  return typeof sample === 'string' ? '2222' : sample;
};

/** Answers an operation of the dialect by its name. */
export type Sample = (operation: string, variables: Record<string, unknown>, variant: Variant) => unknown;

/** A client that wants JSON; only its headers are looked at. The settings are those of either side. */
const EXCHANGES: readonly Exchange[] = (['object', 'string'] as const).map((PLUS_AVATAR) => ({
  request: { headers: { accept: 'application/json' } } as Exchange['request'],
  config: { MEMBER_HOME_URL: '/', PLUS_AVATAR },
}));

/** The answer of a row to a sample; undefined where it cannot be one. */
type Show = (variant: Variant) => Reply | undefined;

function showing(dialect: Dialect, row: Row, sample: Sample, exchange: Exchange): Show {
  const values = sampleParameters(row.parameters ?? {});
  const variables = row.variables?.(values) ?? {};
  return (variant) => {
    try {
      const data = sample(row.operation, variables, variant);
      if (!row.pages) return dialect.success(resultOf(row, data, values), row, exchange);
      return {
        status: 200,
        body: JSON.parse(row.pages.open + row.pages.items(data).join() + row.pages.close),
      };
    } catch {
      // Nobody was found, or fields are null that never are together.
      return undefined;
    }
  };
}

/** The body as it is sent; bytes as one text. */
const sent = (body: unknown): unknown =>
  body === undefined || body instanceof Uint8Array
    ? body && Buffer.from(body as Uint8Array).toString('base64')
    : (JSON.parse(JSON.stringify(body)) as unknown);

const leaves = (body: unknown): Map<string, unknown> => new Map(leavesOf(sent(body)));

/** The places at which two bodies of the same form differ. */
function differing(one: unknown, other: unknown): string[] {
  const left = leaves(one);
  const right = leaves(other);
  return [...left].filter(([path, value]) => right.get(path) !== value).map(([path]) => path);
}

/** Variants in each of which one object that may be null is. */
function withoutOne(show: Show): Variant[] {
  const nullable = new Set<string>();
  show({
    ...FULL,
    swap: ({ type, path }, sample) => {
      if (!isNonNullType(type) && !isLeafType(getNamedType(type))) nullable.add(path);
      return sample;
    },
  });
  return [...nullable].map((gone) => ({
    ...FULL,
    swap: ({ path }, sample) => (path === gone ? null : sample),
  }));
}

const CODES = Object.keys(ERRORS).filter(isErrorCode);

/** The bodies of a row's failures that say when to ask again. */
const failuresOf = (dialect: Dialect, row: Row, retryAfter: number): unknown[] =>
  CODES.map((code) => {
    const error = new AppError(code, { field: 'field', retryAfter });
    return dialect.failure(error, meaningOf(dialect, error, row), row).body;
  });

function countedIn(dialect: Dialect, row: Row): Set<string> {
  const later = failuresOf(dialect, row, 2);
  return new Set(failuresOf(dialect, row, 1).flatMap((body, index) => differing(body, later[index])));
}

const cookiesOf = (reply: Reply): string[] => (reply.cookies ?? []).map(({ name }) => name);

/** Finds out what fills the places of a row's answers. */
export function marksOf(dialect: Dialect, row: Row, schema: GraphQLSchema, sample: Sample): Marks {
  const known = new Set(failuresOf(dialect, row, 1).flatMap((body) => [...leaves(body).keys()]));
  const kinds = new Map<string, Set<Kind>>();
  const cookies = new Set<string>();
  const shown = EXCHANGES.map((exchange) => showing(dialect, row, sample, exchange)).flatMap((show) =>
    [...VARIANTS, ...withoutOne(show)].map((variant) => ({ show, variant })),
  );
  for (const { show, variant } of shown) {
    const base = show(variant);
    if (!base) continue;
    for (const [path] of leaves(base.body)) known.add(path);
    for (const name of cookiesOf(base)) cookies.add(name);
    for (const kind of KINDS) {
      const swap = (field: SampledField, value: unknown): unknown => {
        const given = variant.swap ? variant.swap(field, value) : value;
        return kindOf(field, schema) === kind ? changed(given) : given;
      };
      const other = show({ ...variant, swap });
      for (const path of other ? differing(base.body, other.body) : []) {
        kinds.set(path, (kinds.get(path) ?? new Set()).add(kind));
      }
    }
  }
  return { known, kinds, counted: countedIn(dialect, row), cookies };
}
