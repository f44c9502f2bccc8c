import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useTranslation } from 'react-i18next';

interface PageOf<Item> {
  items: readonly Item[];
  nextCursor: string | null;
}

/** A list that comes a page at a time, asked for anew whenever it is shown: its query, and what has come so far. */
export function usePages<Item>(
  queryKey: readonly unknown[],
  load: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<PageOf<Item>>,
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam ? { cursor: pageParam } : {}, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }: PageOf<Item>) => nextCursor,
    staleTime: 0,
  });
  return { query, items: query.data?.pages.flatMap((page) => page.items) ?? [] };
}

interface MoreProps {
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): unknown };
  /** Of what; “more” where it says nothing else. */
  label?: string;
}

/** The button below a list that has not come to its end. */
export function More({ of: { hasNextPage, isFetchingNextPage, fetchNextPage }, label }: MoreProps) {
  const { t } = useTranslation();
  if (!hasNextPage) return null;
  return (
    <Button loading={isFetchingNextPage} loadingText={t('app.wait')} onClick={() => void fetchNextPage()}>
      {label ?? t('app.more')}
    </Button>
  );
}
