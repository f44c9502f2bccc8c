import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const API = process.env.API_URL ?? 'http://127.0.0.1:8080';
const SERVER_PATHS = ['/v1', '/docs', '/openapi.json', '/ops', '/readyz', '/livez'];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The bundle-size test reads which chunks the first page needs.
    manifest: true,
    // Under the content security policy no `data:` images: every asset is a file.
    assetsInlineLimit: 0,
  },
  server: { proxy: Object.fromEntries(SERVER_PATHS.map((path) => [path, API])) },
});
