import { connectionOf } from '../../schema/connection.js';
import { User } from './user.entity.js';

/** A page of a list of users, whatever they are listed for. */
export const UserConnection = connectionOf(User, 'User', ['user', 'users']);
