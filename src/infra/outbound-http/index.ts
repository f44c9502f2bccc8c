export { type ClosableHttpClient, createHttpClient, type HttpClientOptions } from './http-client.ts';
export { recordingHttpClient } from './recording.ts';
