import { type ArgumentNode, BREAK, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { boundsOf } from '../schema/list-bounds.js';
import type { Operation } from './operation.js';
import { assertSize } from './query-size.js';

function hasVariable(argument: ArgumentNode): boolean {
  let found = false;
  visit(argument, {
    Variable: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
}

/** True where a variable stands in an argument of a list or a page, and so may say how long it is. */
function varies({ schema, document }: Operation): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const visitor = visitWithTypeInfo(types, {
    Field({ arguments: given = [] }) {
      const field = types.getFieldDef();
      const { list, page } = field ? boundsOf(field) : {};
      found ||= (list !== undefined || page !== undefined) && given.some(hasVariable);
    },
  });
  visit(document, visitor);
  return found;
}

/** True for an operation that is within the limits whatever its variables are: it need not be measured each time. */
export function isAlwaysWithinLimits(asked: Operation): boolean {
  if (varies(asked)) return false;
  try {
    assertSize(asked.schema, asked.document, asked.operation, {});
    return true;
  } catch {
    return false;
  }
}
