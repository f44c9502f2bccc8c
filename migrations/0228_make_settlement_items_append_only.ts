import { allowChange, type Db, forbidChange } from '../src/infra/db/index.ts';

export const up = (db: Db): Promise<void> => forbidChange(db, 'settlement_items');
export const down = (db: Db): Promise<void> => allowChange(db, 'settlement_items');
