import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openLive } from './api/live.ts';
import { App } from './shell/app.tsx';
import './styles/base.css';
import './styles/shell.css';

const queries = new QueryClient({
  // The event stream says when something has changed.
  defaultOptions: { queries: { staleTime: Infinity, retry: 1, refetchOnWindowFocus: false } },
});

openLive(() => {
  void queries.invalidateQueries({ queryKey: ['uploads'] });
  void queries.invalidateQueries({ queryKey: ['upload'] });
  void queries.invalidateQueries({ queryKey: ['stack'] });
  void queries.invalidateQueries({ queryKey: ['playground'] });
});

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
