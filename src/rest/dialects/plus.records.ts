import { AppError } from '../../errors/app-error.js';
import type { Route } from '../dialect.js';
import type { Input } from '../input.js';
import type { PlusFailure } from './plus.failures.js';
import { address, rowId } from './plus.values.js';

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

export const RECORD_ROUTES: readonly Route<PlusFailure>[] = [
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
