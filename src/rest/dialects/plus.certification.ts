import { messageOf } from '../../errors/app-error.js';
import { tables } from '../dialect.js';
import { int, list, secret, text, type Values, word } from '../parameters.js';
import { numericId } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type {
  CertificationQuery,
  PlusOperations,
  VerificationInput,
  VerificationState,
} from './plus.operations.js';
import { utc } from './plus.values.js';

/** The real-name verification in the words of the public clients of ThinkSNS+. */

const { row } = tables<PlusOperations, PlusFailure>();

const STATUSES: Readonly<Record<VerificationState, number>> = { PENDING: 0, PASSED: 1, REFUSED: 2 };

type Verification = NonNullable<NonNullable<CertificationQuery['me']>['verification']>;

const certification = (found: Verification) => ({
  id: numericId(found.userId),
  user_id: numericId(found.userId),
  certification_name: found.type === 'ORG' ? 'org' : 'user',
  status: STATUSES[found.state],
  data: {
    name: found.realName,
    phone: found.phoneNumber,
    number: found.idNumber,
    desc: found.description,
    ...(found.type === 'ORG' && {
      org_name: found.organisationName,
      org_address: found.organisationAddress,
    }),
    files: [found.frontImage, found.rearImage, found.certificateImage].flatMap(
      (image) => image?.number ?? [],
    ),
  },
  created_at: utc(found.createdAt),
  updated_at: utc(found.updatedAt),
});

const SUBMITTED = {
  name: text('真实姓名').example('七夜'),
  phone: secret('联系方式').example('13812345678'),
  number: secret('身份证号码').example('11010519491231002X'),
  desc: text('认证描述').example('设计师'),
  org_name: text('企业名称，企业认证必须'),
  org_address: text('企业地址，企业认证必须'),
  files: list(
    int('文件的编号：个人为身份证正面和背面，企业为证书').example('1').required().transform(String),
    2,
  ),
};

/** The type decides which of the pictures are looked at. */
const verificationInput = ({ files, ...given }: Values<typeof SUBMITTED>): VerificationInput => ({
  realName: given.name,
  phoneNumber: given.phone,
  idNumber: given.number,
  description: given.desc,
  organisationName: given.org_name,
  organisationAddress: given.org_address,
  frontImageId: files[0],
  rearImageId: files[1],
  certificateImageId: files[0],
});

/** The client's names of the fields, for failures. */
const FIELDS: Readonly<Record<keyof VerificationInput, string>> = {
  type: 'type',
  realName: 'name',
  phoneNumber: 'phone',
  idNumber: 'number',
  description: 'desc',
  desc: 'desc',
  organisationName: 'org_name',
  organisationAddress: 'org_address',
  frontImageId: 'files',
  rearImageId: 'files',
  certificateImageId: 'files',
};

const WAITING = { message: '提交成功，等待审核' };

const ERRORS = {
  VERIFICATION_STATE: {
    status: 422,
    shape: 'text',
    message: ({ code, details }) =>
      details.state === 'PASSED' ? '已审核通过，无法修改' : messageOf(code, 'zh'),
  },
} as const satisfies { VERIFICATION_STATE: PlusFailure };

export const CERTIFICATION_ROWS = [
  row({
    id: '认证',
    summary: '自己的认证；没有时为空对象',
    methods: ['GET'],
    path: '/user/certification',
    operation: 'Certification',
    session: true,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => me && (me.verification ? certification(me.verification) : {}),
  }),
  row({
    id: '认证',
    summary: '提交个人或企业认证',
    methods: ['POST'],
    path: '/user/certification',
    operation: 'SubmitVerification',
    session: true,
    status: 201,
    parameters: { type: word({ user: 'USER', org: 'ORG' }, '认证类型：个人或企业').required(), ...SUBMITTED },
    variables: ({ type, ...submitted }) => ({ input: { ...verificationInput(submitted), type } }),
    fields: () => FIELDS,
    result: () => WAITING,
    errors: ERRORS,
  }),
  row({
    id: '认证',
    summary: '被拒绝后重新提交；类型不变',
    methods: ['PATCH'],
    path: '/user/certification',
    operation: 'UpdateVerification',
    session: true,
    status: 201,
    parameters: SUBMITTED,
    variables: (submitted) => ({ input: verificationInput(submitted) }),
    fields: () => FIELDS,
    result: () => WAITING,
    errors: ERRORS,
  }),
];
