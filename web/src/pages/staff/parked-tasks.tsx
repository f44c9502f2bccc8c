import { useMutation, useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { ParkedTask } from '../../api/types.ts';
import { formatExactTime } from '../../format.ts';
import { announce } from '../../parts/announce.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { Waiting } from '../../parts/waiting.tsx';

const PARKED_KEY = ['staff', 'parkedTasks'];

/** Work that failed too often to go on by itself. */
export function ParkedTasks() {
  const { t } = useTranslation();
  const tasks = useQuery({
    queryKey: PARKED_KEY,
    queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/ops/parked-tasks', { signal })).items,
    staleTime: 0,
  });
  return (
    <section className="panel stack" aria-labelledby="parked-heading">
      <h2 id="parked-heading">{t('staff.parked')}</h2>
      {tasks.isPending ? <Waiting /> : null}
      {tasks.isError ? <ProblemNote error={tasks.error} onRetry={() => void tasks.refetch()} /> : null}
      {tasks.data?.length === 0 ? <p>{t('staff.noneParked')}</p> : null}
      {tasks.data && tasks.data.length > 0 ? (
        <ul className="stack">
          {tasks.data.map((task) => (
            <Task key={task.taskId} task={task} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Task({ task }: { task: ParkedTask }) {
  const { t } = useTranslation();
  const resume = useMutation({
    mutationFn: () =>
      api.POST('/v1/ops/parked-tasks/{taskId}/resume', { params: { path: { taskId: task.taskId } } }),
    onSuccess: async () => {
      announce(t('staff.resumed'));
      await queryClient.invalidateQueries({ queryKey: PARKED_KEY });
    },
  });
  return (
    <li className="stack-tight task">
      <p>
        <strong>{task.topic}</strong> <span className="weak small number">{task.taskId}</span>
      </p>
      <p className="weak small">
        {t('staff.taskSince', { time: formatExactTime(task.createdAt), attempts: task.attempts })}
      </p>
      {task.lastError ? <p className="small">{task.lastError}</p> : null}
      {resume.isError ? <ProblemNote error={resume.error} /> : null}
      <Button onClick={() => resume.mutate()} loading={resume.isPending} loadingText={t('app.wait')}>
        {t('staff.resume')}
      </Button>
    </li>
  );
}
