import { randomBytes } from 'node:crypto';
import { ConfigError, loadConfig } from './config.ts';

const newKey = () => randomBytes(32).toString('base64');
const keys = { VAULT_KEYS: JSON.stringify({ a: newKey(), b: newKey() }), VAULT_INDEX_KEY: newKey() };
const GOOD = { ...keys, VAULT_CURRENT_KEY: 'b', DATABASE_URL: 'postgres://u:p@db/civicpay' };

describe('loadConfig', () => {
  it('needs only a database and keys', () => {
    expect(loadConfig(GOOD)).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:8080',
      databaseDialect: 'postgres',
      queueStore: { kind: 'postgres', url: GOOD.DATABASE_URL },
      demo: null,
    });
  });

  it('puts the queues in Redis when there is one', () => {
    const config = loadConfig({
      ...GOOD,
      DATABASE_URL: 'mysql://u:p@db/civicpay',
      REDIS_URL: 'redis://r:6379',
    });
    expect(config.queueStore).toEqual({ kind: 'redis', url: 'redis://r:6379', prefix: '{civicpay}' });
    expect(config.databaseDialect).toBe('mysql');
  });

  it('refuses MySQL without Redis, and says what to do', () => {
    const load = () => loadConfig({ ...GOOD, DATABASE_URL: 'mysql://u:p@db/civicpay' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/set REDIS_URL/);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ ...GOOD, PORT: '', REDIS_URL: '' }).port).toBe(8080);
  });

  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'sqlite://file'],
    ['DATABASE_URL', 'postgres://host'],
    ['REDIS_URL', 'http://host'],
    ['VAULT_KEYS', '{"a":"short"}'],
    ['VAULT_KEYS', 'not json'],
    ['VAULT_CURRENT_KEY', 'unknown'],
    ['VAULT_INDEX_KEY', 'c2hvcnQ='],
    ['PUBLIC_URL', 'ftp://host'],
    ['SMS_WEBHOOK_URL', 'ftp://sms'],
    ['SMS_WEBHOOK_SECRET', 'guessable'],
    ['DEMO', '{}'],
  ])('names %s when it is wrong, without its value', (name, value) => {
    const messageOf = () => {
      try {
        loadConfig({ ...GOOD, [name]: value });
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error('was accepted');
    };
    expect(messageOf()).toContain(name);
    expect(messageOf()).not.toContain(value);
  });

  it('wants all that a gateway for text messages needs, or nothing', () => {
    const SMS_WEBHOOK_URL = 'https://sms.example.cn';
    const SMS_WEBHOOK_SECRET = `whsec_${newKey()}`;
    expect(loadConfig(GOOD).smsWebhook).toBeNull();
    expect(loadConfig({ ...GOOD, SMS_WEBHOOK_URL, SMS_WEBHOOK_SECRET }).smsWebhook).toEqual({
      url: SMS_WEBHOOK_URL,
      secret: SMS_WEBHOOK_SECRET,
    });
    expect(() => loadConfig({ ...GOOD, SMS_WEBHOOK_URL })).toThrow(ConfigError);
  });

  it('names everything that is missing at once', () => {
    expect(() => loadConfig({})).toThrow(/DATABASE_URL is not set[\s\S]*VAULT_KEYS is not set/);
  });
});
