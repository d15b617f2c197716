import { tables } from '../dialect.js';
import { bool, firstOf, int, md5, nested, secret, text, upload, type Values, word } from '../parameters.js';
import { answered } from '../values.js';
import type { PlusFailure } from './plus.failures.js';
import type { CreateUploadMutation, PlusOperations, VerificationInput } from './plus.operations.js';
import { address, rowId, verification } from './plus.values.js';

/** Rows for what an account keeps: addresses (`plus.md` 用户收货地址), and what a client asks before it starts. */

const { row } = tables<PlusOperations, PlusFailure>();

const ADDRESS_ID = rowId(int('收货地址的 ID'));

const NAME = text('名称').example('小明');
const PHONE = secret('手机号码').example('13812345678');
const DETAIL = text('详细地址，最大长度 160').example('环球中心E1区9楼');
const IS_DEFAULT = bool('是否默认地址');

const OPTIONAL = {
  alias: text('地址别名，最大长度 24（GB18030 字节）').example('公司').clearable(),
  province: text('省名称，最大长度 32').example('四川省').clearable(),
  city: text('市名称，最大长度 32').example('成都市').clearable(),
  county: text('区/县名称，最大长度 32').example('高新区').clearable(),
  postcode: text('邮政编码，6 个数字').example('610000').clearable(),
};

const ID_NUMBER = secret('身份证号码');

/**
 * The identity of a person or an organisation; the id number and name of whoever submits lie apart in the
 * two.
 */
const IDENTITY = nested({
  id_card: nested({ front: text('身份证正面照片的 File node'), rear: text('身份证背面照片的 File node') }),
  idNumber: firstOf({
    id_card: nested({ number: ID_NUMBER }).transform(({ number }) => number),
    person: nested({ number: ID_NUMBER }).transform(({ number }) => number),
  }),
  realName: firstOf({
    real_name: text('真实姓名').example('七夜'),
    person: nested({ name: text('真实姓名').example('七夜') }).transform(({ name }) => name),
  }),
  org: nested({
    name: text('企业名称'),
    address: text('企业地址'),
    certificate: text('企业证书的 File node'),
  }),
  phone_number: secret('联系方式').example('13812345678'),
  desc: text('认证描述'),
});

const TYPE = word({ user: 'USER', org: 'ORG' }, '认证类型：个人或企业');

type Identity = Values<{ type: typeof TYPE; data: typeof IDENTITY }>;

const verificationInput = (data: Identity['data']): VerificationInput => ({
  frontImageId: data.id_card.front,
  rearImageId: data.id_card.rear,
  idNumber: data.idNumber,
  realName: data.realName,
  organisationName: data.org.name,
  organisationAddress: data.org.address,
  certificateImageId: data.org.certificate,
  phoneNumber: data.phone_number,
  description: data.desc,
});

/** The client's names of an identity's fields, for failures. */
function identityFields({ type, data }: Identity): Record<string, string> {
  const isOrg = type === 'ORG' || data.org.name !== undefined;
  return {
    frontImageId: 'data.id_card.front',
    rearImageId: 'data.id_card.rear',
    idNumber: isOrg ? 'data.person.number' : 'data.id_card.number',
    realName: isOrg ? 'data.person.name' : 'data.real_name',
    organisationName: 'data.org.name',
    organisationAddress: 'data.org.address',
    certificateImageId: 'data.org.certificate',
    phoneNumber: 'data.phone_number',
    description: 'data.desc',
  };
}

/** The client puts the file where it is told to; nothing else is needed, because the address is signed. */
const uploadTask = ({
  createUpload: { token, reference, mime, size, md5, publicUrl },
}: CreateUploadMutation) => ({
  uri: `${publicUrl}/api/v2/storage/${token}`,
  method: 'PUT',
  headers: {
    'x-plus-storage-hash': md5,
    'x-plus-storage-size': String(size),
    'x-plus-storage-mime-type': mime,
  },
  form: null,
  file_key: null,
  node: reference,
});

/**
 * Settings of a site that the gateway has no part in. Clients read them before anything else, and split the amounts; to
 * reward somebody is another server's, which says itself where it can be done.
 */
const SITE = {
  status: true,
  reward: { status: false, amounts: '5,10,15' },
  currency_name: { name: '积分', unit: '点' },
  reserved_nickname: '',
  client_email: '',
};

export const RECORD_ROWS = [
  row({
    id: '获取收货地址列表',
    summary: '收货地址列表',
    methods: ['GET'],
    path: '/user/addresses',
    operation: 'Addresses',
    session: true,
    result: ({ addresses }) => answered(addresses).map(address),
  }),
  row({
    id: '获取单个收货地址',
    summary: '单个收货地址',
    methods: ['GET'],
    path: '/user/addresses/:id',
    operation: 'Address',
    session: true,
    parameters: { id: ADDRESS_ID },
    variables: ({ id }) => ({ id }),
    absent: 'NOT_FOUND',
    result: ({ address: found }) => found && address(found),
  }),
  row({
    id: '添加收货地址',
    summary: '添加收货地址',
    methods: ['POST'],
    path: '/user/addresses',
    operation: 'CreateAddress',
    session: true,
    status: 201,
    parameters: {
      name: NAME.required(),
      phone: PHONE.required(),
      detail: DETAIL.required(),
      is_default: IS_DEFAULT.required(),
      ...OPTIONAL,
    },
    variables: ({ is_default, ...rest }) => ({ input: { ...rest, isDefault: is_default } }),
    result: ({ createAddress }) => address(createAddress),
  }),
  row({
    id: '修改收货地址',
    summary: '修改收货地址',
    methods: ['PUT', 'PATCH'],
    path: '/user/addresses/:id',
    operation: 'UpdateAddress',
    session: true,
    parameters: {
      id: ADDRESS_ID,
      ...OPTIONAL,
      name: NAME.clearable(),
      phone: PHONE.clearable(),
      detail: DETAIL.clearable(),
      is_default: IS_DEFAULT,
    },
    variables: ({ id, is_default, ...rest }) => ({ id, input: { ...rest, isDefault: is_default } }),
    result: ({ updateAddress }) => address(updateAddress),
  }),
  row({
    id: '删除收货地址',
    summary: '删除收货地址',
    methods: ['DELETE'],
    path: '/user/addresses/:id',
    operation: 'DeleteAddress',
    session: true,
    status: 204,
    parameters: { id: ADDRESS_ID },
    variables: ({ id }) => ({ id }),
  }),
  row({
    id: '用户认证',
    summary: '自己的认证信息',
    methods: ['GET'],
    path: '/user/verification',
    operation: 'Verification',
    session: true,
    absent: 'NOT_FOUND',
    result: ({ me }) => me?.verification && verification(me.verification),
  }),
  row({
    id: '首次提交认证信息',
    summary: '提交个人或企业认证',
    methods: ['POST'],
    path: '/user/verification',
    operation: 'SubmitVerification',
    session: true,
    status: 201,
    parameters: { type: TYPE.required(), data: IDENTITY },
    variables: ({ type, data }) => ({ input: { ...verificationInput(data), type } }),
    fields: identityFields,
    result: () => ({ message: ['申请成功'] }),
  }),
  row({
    id: '更新认证信息',
    summary: '被拒绝后重新提交',
    methods: ['PATCH', 'PUT'],
    path: '/user/verification',
    operation: 'UpdateVerification',
    session: true,
    status: 204,
    // The type stays as it was; it only tells by which names the client knows the fields.
    parameters: { type: TYPE.lenient(), data: IDENTITY },
    variables: ({ data }) => ({ input: verificationInput(data) }),
    fields: identityFields,
  }),
  row({
    id: '删除认证信息',
    summary: '撤回认证',
    methods: ['DELETE'],
    path: '/user/verification',
    operation: 'DeleteVerification',
    session: true,
    status: 204,
  }),
  row({
    id: '文件储存',
    summary: '创建上传任务',
    methods: ['POST'],
    path: '/storage',
    operation: 'CreateUpload',
    session: true,
    status: 201,
    parameters: {
      filename: text('文件名').example('photo.jpg').required(),
      size: int('文件大小，字节').example('315576').required(),
      mime_type: text('文件类型').values('image/jpeg', 'image/png', 'image/webp', 'image/gif').required(),
      hash: md5('文件的 MD5').required(),
    },
    variables: ({ filename, size, mime_type, hash }) => ({
      input: { filename, size, mime: mime_type, md5: hash },
    }),
    result: uploadTask,
  }),
  row({
    id: '文件储存',
    summary: '按上传任务上传文件',
    methods: ['PUT'],
    path: '/storage/:ticket',
    operation: 'StoreUpload',
    status: 201,
    upload: 'raw',
    parameters: { ticket: secret('上传任务的令牌').required(), file: upload('文件内容') },
    variables: ({ ticket, file }) => ({ token: ticket, file }),
    result: ({ storeUpload: { reference } }) => ({ node: reference }),
  }),
  row({
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
      site: SITE,
    }),
  }),
  row({
    id: '用户权限',
    summary: '自己拥有的权限',
    methods: ['GET'],
    path: '/user/abilities',
    operation: 'Abilities',
    session: true,
    absent: 'UNAUTHENTICATED',
    result: ({ me }) => me?.abilities?.map((name) => ({ name, display_name: name, description: '' })),
  }),
];
