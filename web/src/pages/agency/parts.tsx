import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../api/queries.ts';
import { announce } from '../../parts/announce.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useTexts } from './texts.ts';

/** Everything of the console is under one key: after a change all of it that is shown is asked again. */
export const CONSOLE_KEY = 'console';

interface PanelProps {
  title: string;
  query?: { isPending: boolean; isError: boolean; error: unknown; refetch(): unknown };
  children: ReactNode;
}

/** One part of the console; waits for what it shows. */
export function Panel({ title, query, children }: PanelProps) {
  const id = useId();
  return (
    <section className="panel stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {query?.isPending ? <Waiting /> : null}
      {query?.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {children}
    </section>
  );
}

interface ActionProps {
  label: string;
  run(): Promise<unknown>;
  isPrimary?: boolean;
  isDisabled?: boolean;
  /** Cannot be taken back: asks to be pressed twice. */
  isForGood?: boolean;
  onDone?: () => void;
}

/** A button that does one thing, says that it is done, and shows why not. */
export function Action({
  label,
  run,
  isPrimary = false,
  isDisabled = false,
  isForGood = false,
  onDone,
}: ActionProps) {
  const { t } = useTranslation();
  const texts = useTexts();
  const [isAsked, setAsked] = useState(false);
  const action = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      announce(texts.done);
      setAsked(false);
      onDone?.();
      await queryClient.invalidateQueries({ queryKey: [CONSOLE_KEY] });
    },
  });
  const press = () => {
    if (isForGood && !isAsked) {
      setAsked(true);
      announce(texts.sure);
    } else action.mutate();
  };
  return (
    <>
      <Button
        color={isPrimary ? 'primary' : 'default'}
        disabled={isDisabled}
        loading={action.isPending}
        loadingText={t('app.wait')}
        onClick={press}
      >
        {isAsked ? texts.sure : label}
      </Button>
      {action.isError ? <ProblemNote error={action.error} /> : null}
    </>
  );
}
