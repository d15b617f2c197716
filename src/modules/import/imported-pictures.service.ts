import type { EntityManager } from '@mikro-orm/postgresql';
import type { Config } from '../../config.js';
import type { DatabaseContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { FolderError, readBelow } from '../../infra/folder.js';
import { RemoteFileError, RemoteFiles } from '../../infra/remote-file.js';
import { UnavailableError } from '../../infra/unavailable.js';
import type { ImageCopier } from '../image/image.copier.js';
import type { ImageDecoder } from '../image/image.decoder.js';
import type { ImageStore } from '../image/image.store.js';
import {
  findWantedPictures,
  retryPictures,
  settle,
  showImportedPicture,
  type WantedPicture,
} from './imported-picture.repository.js';

type PictureConfig = Pick<Config, 'UPLOAD_MAX_BYTES' | 'IMAGE_MAX_SIDE' | 'IMPORT_PICTURE_NETWORKS'>;

/** Pictures looked up at once, and fetched at once. */
const BATCH = 60;
const CONCURRENCY = 3;
/** For one picture, in ms. */
const TIMEOUT_MS = 20_000;
/** Waits before the next try, in seconds; after the last one a picture is given up. */
const WAITS_SECONDS = [60, 600, 3600, 6 * 3600, 24 * 3600];
/** The wait for a folder that is not on this machine, which says nothing of the picture. */
const ELSEWHERE_SECONDS = 3600;

export type FetchCounts = Record<'fetched' | 'unwanted' | 'elsewhere' | 'retried' | 'givenUp', number>;

/** Why a picture did not come, and whether it may another time. */
interface Failure {
  code: string;
  passing: boolean;
}

/** Fetches the pictures that an import has named, and shows them in the place of what was shown until then. */
export class ImportedPictures {
  private readonly remote: RemoteFiles;

  constructor(
    private readonly fork: () => EntityManager,
    private readonly config: PictureConfig,
    private readonly decoder: ImageDecoder,
    private readonly copier: ImageCopier,
    private readonly store: ImageStore,
  ) {
    this.remote = new RemoteFiles({
      maxBytes: config.UPLOAD_MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      networks: config.IMPORT_PICTURE_NETWORKS,
    });
  }

  /**
   * Fetches every picture that is due, a few at once. Each is stored and shown in one transaction, so whatever cuts it
   * off, the next run does what is left.
   */
  async fetchAll(signal: AbortSignal): Promise<FetchCounts> {
    const counts: FetchCounts = { fetched: 0, unwanted: 0, elsewhere: 0, retried: 0, givenUp: 0 };
    while (!signal.aborted) {
      const wanted = await findWantedPictures(this.fork(), BATCH);
      if (wanted.length === 0) break;
      const next = wanted.values();
      const work = async () => {
        for (const picture of next) {
          if (signal.aborted) return;
          counts[await this.fetchOne(picture, signal)] += 1;
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, work));
    }
    return counts;
  }

  /** Lets what was not fetched be tried anew, files in this folder if one is given. How many pictures that are. */
  retry(ctx: DatabaseContext, directory: string | null): Promise<number> {
    return retryPictures(ctx.em, directory);
  }

  private async fetchOne(picture: WantedPicture, signal: AbortSignal): Promise<keyof FetchCounts> {
    const em = this.fork();
    try {
      const bytes = await this.read(picture, signal);
      if (await this.keep({ em }, picture, bytes)) return 'fetched';
      await settle(em, picture, {});
      return 'unwanted';
    } catch (error) {
      if (signal.aborted) return 'retried';
      if (error instanceof FolderError && error.problem === 'NO_FOLDER') {
        await settle(em, picture, {
          failure: error.problem,
          tries: picture.tries,
          waitSeconds: ELSEWHERE_SECONDS,
        });
        return 'elsewhere';
      }
      return this.failed({ em }, picture, failureOf(error));
    }
  }

  private read({ source, directory }: WantedPicture, signal: AbortSignal): Promise<Buffer> {
    if (/^https?:/i.test(source)) return this.remote.read(source, signal);
    if (directory === null) throw new FolderError('NO_FOLDER');
    return readBelow(directory, source, this.config.UPLOAD_MAX_BYTES);
  }

  /** As uploads are kept: decoded and encoded anew, with smaller copies. False where it is not wanted any more. */
  private async keep(ctx: DatabaseContext, wanted: WantedPicture, bytes: Buffer): Promise<boolean> {
    const { UPLOAD_MAX_BYTES: maxBytes, IMAGE_MAX_SIDE: maxSide } = this.config;
    const picture = await this.decoder.decode(bytes, { maxBytes, maxSide });
    return this.store.adopt(ctx, wanted.userId, picture, {
      prepare: (image) => this.copier.copy(image),
      use: ({ id }) => showImportedPicture(ctx.em, wanted, id),
    });
  }

  private async failed({ em }: DatabaseContext, picture: WantedPicture, { code, passing }: Failure) {
    const waitSeconds = passing ? WAITS_SECONDS[picture.tries] : undefined;
    await settle(em, picture, { failure: code, tries: picture.tries + 1, waitSeconds });
    return waitSeconds === undefined ? 'givenUp' : 'retried';
  }
}

/** What is wrong with the picture stays wrong; what is wrong with us or the network may pass. */
function failureOf(error: unknown): Failure {
  if (error instanceof RemoteFileError) return error;
  if (error instanceof FolderError) return { code: error.problem, passing: false };
  if (error instanceof UnavailableError) return { code: 'SERVICE_UNAVAILABLE', passing: true };
  if (error instanceof AppError) return { code: error.code, passing: error.kind !== 'image' };
  throw error;
}
