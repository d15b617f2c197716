import { AppError } from '../../errors/app-error.js';
import type { Input } from '../input.js';
import type { Data, UndeclaredRoute } from '../undeclared.js';
import type { PlusFailure } from './plus.failures.js';
import { address, rowId, verification } from './plus.values.js';

/** What an account keeps: addresses (`plus.md` 用户收货地址), and what a client asks before it starts. */

const OPTIONAL = ['alias', 'province', 'city', 'county', 'postcode'] as const;
const REQUIRED = ['name', 'phone', 'detail'] as const;

const texts = (input: Input, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, input.clearable(name)]));

function newAddress(input: Input) {
  const required = Object.fromEntries(REQUIRED.map((name) => [name, input.required(name)]));
  const isDefault = input.bool('is_default');
  if (typeof isDefault !== 'boolean') throw new AppError('INVALID_INPUT', { field: 'is_default' });
  return { input: { ...texts(input, OPTIONAL), ...required, isDefault } };
}

const addressChanges = (input: Input) => ({
  id: rowId(input, 'id'),
  input: { ...texts(input, [...OPTIONAL, ...REQUIRED]), isDefault: input.bool('is_default') },
});

/** The parts of a verification; those of a person and of an organisation lie apart. */
function identity(input: Input) {
  const data = input.nested('data');
  const [idCard, org, person] = [data.nested('id_card'), data.nested('org'), data.nested('person')];
  return {
    frontImageId: idCard.text('front'),
    rearImageId: idCard.text('rear'),
    idNumber: idCard.text('number') ?? person.text('number'),
    realName: data.text('real_name') ?? person.text('name'),
    organisationName: org.text('name'),
    organisationAddress: org.text('address'),
    certificateImageId: org.text('certificate'),
    phoneNumber: data.text('phone_number'),
    desc: data.text('desc'),
  };
}

/** Where a client finds what was at fault. */
function identityParameters(input: Input): Record<string, string> {
  const isOrg = input.text('type') === 'org' || input.nested('data').nested('org').text('name') !== undefined;
  return {
    frontImageId: 'data.id_card.front',
    rearImageId: 'data.id_card.rear',
    idNumber: isOrg ? 'data.person.number' : 'data.id_card.number',
    realName: isOrg ? 'data.person.name' : 'data.real_name',
    organisationName: 'data.org.name',
    organisationAddress: 'data.org.address',
    certificateImageId: 'data.org.certificate',
    phoneNumber: 'data.phone_number',
    desc: 'data.desc',
  };
}

const TYPES: Readonly<Record<string, string>> = { user: 'USER', org: 'ORG' };

function submission(input: Input) {
  const type = TYPES[input.required('type')];
  if (!type) throw new AppError('INVALID_INPUT', { field: 'type' });
  return { input: { ...identity(input), type } };
}

const verificationChanges = (input: Input) => ({ input: identity(input) });

/** The client puts the file where it is told to; nothing else is needed, because the address is signed. */
const uploadTask = ({ createUpload: { token, node, mime, size, md5, publicUrl } }: Data) => ({
  uri: `${publicUrl}/api/v2/storage/${token}`,
  method: 'PUT',
  headers: {
    'x-plus-storage-hash': md5,
    'x-plus-storage-size': String(size),
    'x-plus-storage-mime-type': mime,
  },
  form: null,
  file_key: null,
  node,
});

export const RECORD_ROUTES: readonly UndeclaredRoute<PlusFailure>[] = [
  {
    id: '获取收货地址列表',
    summary: '收货地址列表',
    methods: ['GET'],
    path: '/user/addresses',
    operation: 'Addresses',
    session: true,
    result: ({ addresses }) => addresses.map(address),
  },
  {
    id: '获取单个收货地址',
    summary: '单个收货地址',
    methods: ['GET'],
    path: '/user/addresses/:id',
    operation: 'Address',
    session: true,
    variables: (input) => ({ id: rowId(input, 'id') }),
    result: ({ address: found }) => {
      if (!found) throw new AppError('NOT_FOUND');
      return address(found);
    },
  },
  {
    id: '添加收货地址',
    summary: '添加收货地址',
    methods: ['POST'],
    path: '/user/addresses',
    operation: 'CreateAddress',
    session: true,
    status: 201,
    variables: newAddress,
    result: ({ createAddress }) => address(createAddress),
  },
  {
    id: '修改收货地址',
    summary: '修改收货地址',
    methods: ['PUT', 'PATCH'],
    path: '/user/addresses/:id',
    operation: 'UpdateAddress',
    session: true,
    variables: addressChanges,
    result: ({ updateAddress }) => address(updateAddress),
  },
  {
    id: '删除收货地址',
    summary: '删除收货地址',
    methods: ['DELETE'],
    path: '/user/addresses/:id',
    operation: 'DeleteAddress',
    session: true,
    status: 204,
    variables: (input) => ({ id: rowId(input, 'id') }),
  },
  {
    id: '用户认证',
    summary: '自己的认证信息',
    methods: ['GET'],
    path: '/user/verification',
    operation: 'Verification',
    session: true,
    result: ({ me }) => {
      if (!me.verification) throw new AppError('NOT_FOUND');
      return verification(me.verification);
    },
  },
  {
    id: '首次提交认证信息',
    summary: '提交个人或企业认证',
    methods: ['POST'],
    path: '/user/verification',
    operation: 'SubmitVerification',
    session: true,
    status: 201,
    variables: submission,
    fields: identityParameters,
    result: () => ({ message: ['申请成功'] }),
  },
  {
    id: '更新认证信息',
    summary: '被拒绝后重新提交',
    methods: ['PATCH', 'PUT'],
    path: '/user/verification',
    operation: 'UpdateVerification',
    session: true,
    status: 204,
    variables: verificationChanges,
    fields: identityParameters,
  },
  {
    id: '删除认证信息',
    summary: '撤回认证',
    methods: ['DELETE'],
    path: '/user/verification',
    operation: 'DeleteVerification',
    session: true,
    status: 204,
  },
  {
    id: '文件储存',
    summary: '创建上传任务',
    methods: ['POST'],
    path: '/storage',
    operation: 'CreateUpload',
    session: true,
    status: 201,
    variables: (input) => ({
      input: {
        filename: input.required('filename'),
        size: input.requiredInt('size'),
        mime: input.required('mime_type'),
        md5: input.md5('hash'),
      },
    }),
    result: uploadTask,
  },
  {
    id: '文件储存',
    summary: '按上传任务上传文件',
    methods: ['PUT'],
    path: '/storage/:ticket',
    operation: 'StoreUpload',
    status: 201,
    upload: 'raw',
    variables: (input) => ({ token: input.required('ticket'), file: input.upload() }),
    result: ({ storeUpload: { node } }) => ({ node }),
  },
  {
    id: '启动信息',
    summary: '客户端启动时需要的设置',
    methods: ['GET'],
    path: '/bootstrappers',
    operation: 'GatewayInfo',
    result: ({ gatewayInfo }) => ({
      registerSettings: { open: true, type: 'all', method: 'all' },
      verifycode: { resend_after: gatewayInfo.codeResendSeconds },
      session: { ttl: gatewayInfo.sessionDays * 1440 },
      file_storage: { max_size: gatewayInfo.uploadMaxBytes },
    }),
  },
  {
    id: '用户权限',
    summary: '自己拥有的权限',
    methods: ['GET'],
    path: '/user/abilities',
    operation: 'Abilities',
    session: true,
    result: ({ me }) => me.abilities.map((name: string) => ({ name, display_name: name, description: '' })),
  },
];
