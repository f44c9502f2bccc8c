import 'antd-mobile/es/global';
import './theme.css';
import './parts/parts.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { queryClient } from './api/queries.ts';
import { i18n, startI18n } from './i18n/i18n.ts';
import { restoreTextSize } from './parts/text-size.ts';
import { router } from './routes.tsx';

restoreTextSize();
await startI18n();
// Names and refusals come from the server in the language that was asked for.
i18n.on('languageChanged', () => void queryClient.invalidateQueries());

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
