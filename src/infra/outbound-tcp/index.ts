export { recordingTcpClient } from './recording.ts';
export { type ClosableTcpClient, createTcpClient } from './tcp-client.ts';
