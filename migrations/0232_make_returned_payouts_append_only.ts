import { allowChange, type Db, forbidChange } from '../src/infra/db/index.ts';

export const up = (db: Db): Promise<void> => forbidChange(db, 'returned_payouts');
export const down = (db: Db): Promise<void> => allowChange(db, 'returned_payouts');
