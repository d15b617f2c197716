import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Config } from '../../config.js';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { TokenSigner } from '../../infra/token-signer.js';
import { isMd5 } from '../../md5.js';
import type { Image } from '../user/image.entity.js';
import { UserStatus } from '../user/user.entity.js';
import { findUserById } from '../user/user.repository.js';
import { type ImageDecoder, readAtMost } from './image.decoder.js';
import { extensionOf, newStorageKey, parseStorageKey } from './image.key.js';
import { nodeOf } from './image.reference.js';
import { findImage } from './image.repository.js';
import type { ImageStore } from './image.store.js';

type UploadConfig = Pick<Config, 'DATA_KEYS' | 'UPLOAD_MAX_BYTES' | 'IMAGE_MAX_SIDE'>;

/** A file as the client declares it before sending. */
interface DeclaredFile {
  filename: string;
  size: number;
  mime: string;
  md5: string;
}

/** The token's content: the owner, the storage key (its extension is the type), and what the file has to be. */
interface Ticket {
  userId: number;
  key: string;
  size: number;
  md5: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

const TICKET_MS = 15 * 60_000;
const FILENAME_MAX = 255;

/** Uploads in two steps: a signed ticket for a declared file, then the file, which needs nothing but the ticket. */
export class UploadService {
  private readonly signer: TokenSigner<Ticket>;

  constructor(
    private readonly config: UploadConfig,
    private readonly decoder: ImageDecoder,
    private readonly store: ImageStore,
    private readonly publicUrl: () => string,
  ) {
    this.signer = new TokenSigner(config.DATA_KEYS, 'upload ticket');
  }

  /** Nothing is stored for a ticket. Throws INVALID_INPUT, IMAGE_INVALID, IMAGE_TOO_LARGE or RATE_LIMITED. */
  async createTicket(ctx: SignedInContext, declared: DeclaredFile) {
    const { userId } = ctx.viewer;
    const { size, mime } = declared;
    const length = [...declared.filename].length;
    if (length < 1 || length > FILENAME_MAX) throw new AppError('INVALID_INPUT', { field: 'filename' });
    const md5 = declared.md5.toLowerCase();
    if (!isMd5(md5)) throw new AppError('INVALID_INPUT', { field: 'md5' });
    const extension = extensionOf(mime);
    if (!extension) throw new AppError('IMAGE_INVALID', { field: 'mime' });
    if (size < 1) throw new AppError('INVALID_INPUT', { field: 'size' });
    if (size > this.config.UPLOAD_MAX_BYTES) throw new AppError('IMAGE_TOO_LARGE', { field: 'size' });
    await this.store.assertWithinLimit(ctx, userId);

    const key = newStorageKey(extension);
    const ticket: Ticket = { userId, key, size, md5, expiresAt: Date.now() + TICKET_MS };
    return {
      token: this.signer.sign(ticket),
      imageId: parseStorageKey(key)?.id ?? '',
      node: nodeOf(key),
      mime,
      size,
      md5,
      expiresAt: new Date(ticket.expiresAt),
      publicUrl: this.publicUrl(),
    };
  }

  /**
   * Stores the file that a ticket was made for, once it was decoded. Throws FORBIDDEN for a ticket that is forged or
   * expired, UPLOAD_USED, UNAUTHENTICATED when its account is not active any more, RATE_LIMITED, INVALID_INPUT or
   * IMAGE_TOO_LARGE for bytes that are not the declared ones, IMAGE_INVALID for another type.
   */
  async redeem(ctx: RequestContext, token: string, stream: Readable): Promise<Image> {
    const ticket = this.signer.open(token);
    if (!ticket || ticket.expiresAt <= Date.now()) throw new AppError('FORBIDDEN', { field: 'token' });
    const declared = parseStorageKey(ticket.key);
    // Both are checked again when it is stored; a file that will be refused is not even read.
    const user = await findUserById(ctx.em, ticket.userId);
    if (user?.status !== UserStatus.ACTIVE) throw new AppError('UNAUTHENTICATED');
    if (await findImage(ctx.em, declared?.id ?? '')) throw new AppError('UPLOAD_USED', { field: 'token' });
    await this.store.assertWithinLimit(ctx, ticket.userId);

    const bytes = await readDeclared(stream, ticket);
    const picture = await this.decoder.decode(bytes, {
      maxBytes: this.config.UPLOAD_MAX_BYTES,
      maxSide: this.config.IMAGE_MAX_SIDE,
    });
    if (picture.extension !== declared?.extension) throw new AppError('IMAGE_INVALID', { field: 'file' });
    return this.store.add(ctx, ticket.userId, ticket.key, picture);
  }
}

/** The bytes that were declared, and not one chunk more is read. */
async function readDeclared(stream: Readable, { size, md5 }: Ticket): Promise<Buffer> {
  const bytes = await readAtMost(stream, size);
  const right = bytes.length === size && createHash('md5').update(bytes).digest('hex') === md5;
  if (!right) throw new AppError('INVALID_INPUT', { field: 'file' });
  return bytes;
}
