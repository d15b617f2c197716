import { INTEGER_MAX } from '../../numbers.js';
import { tables } from '../dialect.js';
import { int, md5, text, upload } from '../parameters.js';
import type { PlusFailure } from './plus.failures.js';
import type { PlusOperations } from './plus.operations.js';
import { Redirect } from './plus.values.js';

/** Pictures as the public clients of ThinkSNS+ know them: by a number, and sent in one step. */

const { row } = tables<PlusOperations, PlusFailure>();

const FILE = upload('图片');

const NUMBER = int('文件的编号')
  .example('1')
  .required()
  .refine((number) => number >= 1 && number <= INTEGER_MAX)
  .refusedAs('NOT_FOUND');

/** Clients may send fractions. What is no number is left out. */
const pixels = (meaning: string) =>
  text(meaning)
    .example('200')
    .transform((number) => (/^\d{1,5}(?:\.\d+)?$/.test(number) ? Math.ceil(Number(number)) : undefined))
    .lenient();

export const FILE_ROWS = [
  row({
    id: '文件',
    summary: '按 MD5 检查自己是否上传过',
    methods: ['GET'],
    path: '/files/uploaded/:md5',
    operation: 'UploadedImage',
    session: true,
    parameters: { md5: md5('文件的 MD5').required().refusedAs('NOT_FOUND') },
    variables: ({ md5: sum }) => ({ md5: sum }),
    absent: 'NOT_FOUND',
    result: ({ uploadedImage: found }) => found && { message: ['success'], id: found.number },
  }),
  row({
    id: '文件',
    summary: '上传图片，返回编号',
    methods: ['POST'],
    path: '/files',
    operation: 'UploadImage',
    session: true,
    status: 201,
    upload: 'form',
    parameters: { file: FILE },
    variables: ({ file }) => ({ file }),
    result: ({ uploadImage: { number } }) => ({ message: ['上传成功'], id: number }),
  }),
  row({
    id: '文件',
    summary: '按编号获取图片',
    methods: ['GET'],
    path: '/files/:id',
    operation: 'NumberedImage',
    parameters: {
      id: NUMBER,
      w: pixels('至少的宽度，像素'),
      h: pixels('至少的高度，像素'),
      // It is often there without a value, which is null here.
      json: text('存在时返回地址，否则跳转').example('1').clearable().lenient(),
    },
    variables: ({ id, w, h }) => ({ number: id, width: w, height: h }),
    absent: 'NOT_FOUND',
    result: ({ image }, { json }) =>
      image && (json === undefined ? new Redirect(image.url) : { url: image.url }),
  }),
  row({
    id: '上传头像',
    summary: '上传并设为头像',
    methods: ['POST'],
    path: '/user/avatar',
    operation: 'UpdateAvatar',
    session: true,
    status: 204,
    upload: 'form',
    parameters: { avatar: FILE },
    variables: ({ avatar }) => ({ file: avatar }),
  }),
  row({
    id: '上传背景图片',
    summary: '上传并设为背景图片',
    methods: ['POST'],
    path: '/user/bg',
    operation: 'UpdateBackground',
    session: true,
    status: 204,
    upload: 'form',
    parameters: { image: FILE },
    variables: ({ image }) => ({ file: image }),
  }),
];
