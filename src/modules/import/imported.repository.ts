import { rowsGo } from '../../infra/database/personal.js';
import { ImportedFollow } from './imported-follow.entity.js';
import { ImportedPicture } from './imported-picture.entity.js';
import { ImportedRecord } from './imported-record.entity.js';

export const erasedImportedRecords = rowsGo(ImportedRecord, 'userId');
export const erasedImportedFollows = rowsGo(ImportedFollow, 'followerId');
export const erasedImportedPictures = rowsGo(ImportedPicture, 'userId');
