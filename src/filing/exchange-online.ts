import type { Connection } from '../config/schema.ts';
import { isExchangeOnline } from '../domain/ews-retirement.ts';

/** Exchange Online verifies all mail it receives, and limits what is sent; an own server does as it is told. */
export function isInExchangeOnline(connection: Connection): boolean {
  if (connection.type === 'graph') return true;
  const { endpoints, server } = connection;
  if (endpoints.ews !== undefined) return isExchangeOnline(new URL(endpoints.ews).hostname);
  return server === undefined || isExchangeOnline(server);
}
