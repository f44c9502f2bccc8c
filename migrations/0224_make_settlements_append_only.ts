import { allowChange, type Db, forbidChange } from '../src/infra/db/index.ts';

export const up = (db: Db): Promise<void> => forbidChange(db, 'settlements');
export const down = (db: Db): Promise<void> => allowChange(db, 'settlements');
