export { type ClosableHttpClient, createHttpClient } from './http-client.ts';
