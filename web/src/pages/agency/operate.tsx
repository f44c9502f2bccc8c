import { useState } from 'react';
import { api } from '../../api/client.ts';
import { TextField } from '../../parts/field.tsx';
import { useOnboarding } from './overview.tsx';
import { Action, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

/** What operators decide of an agency: going live, for whom and from when, and ending it for a while or for good. */
export function Operate({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const onboarding = useOnboarding(agencyId).data;
  if (!onboarding) return null;
  const { stage, status } = onboarding;
  const canGoLive =
    (stage === 'approved' || stage === 'live') && status !== 'suspended' && status !== 'retired';
  return (
    <Panel title={texts.operate}>
      {canGoLive ? <GoLive agencyId={agencyId} /> : null}
      {status === 'suspended' ? (
        <Action
          label={texts.resume}
          run={() => api.POST('/v1/onboardings/{agencyId}/resume', { params: { path: { agencyId } } })}
        />
      ) : null}
      {status === 'live' || status === 'suspended' ? (
        <End agencyId={agencyId} isLive={status === 'live'} />
      ) : null}
    </Panel>
  );
}

function GoLive({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [regions, setRegions] = useState('');
  const [share, setShare] = useState('100');
  const [from, setFrom] = useState('');
  const codes = regions.split(/\s+/).filter(Boolean);
  const sharePercent = Number(share);
  const isShare = Number.isInteger(sharePercent) && sharePercent >= 0 && sharePercent <= 100;
  const goLive = () =>
    api.POST('/v1/onboardings/{agencyId}/go-live', {
      params: { path: { agencyId } },
      body: {
        sharePercent,
        ...(codes.length > 0 ? { regions: codes } : {}),
        ...(from ? { effectiveFrom: new Date(from).toISOString() } : {}),
      },
    });
  return (
    <div className="stack-tight">
      <TextField label={texts.regions} value={regions} onChange={setRegions} maxLength={700} />
      <TextField label={texts.share} inputMode="numeric" value={share} onChange={setShare} maxLength={3} />
      <TextField label={texts.from} type="datetime-local" value={from} onChange={setFrom} />
      <Action label={texts.goLive} isPrimary isDisabled={!share.trim() || !isShare} run={goLive} />
    </div>
  );
}

function End({ agencyId, isLive }: { agencyId: string; isLive: boolean }) {
  const texts = useTexts();
  const [zh, setZh] = useState('');
  const [en, setEn] = useState('');
  const isFilled = zh.trim() !== '' && en.trim() !== '';
  const options = {
    params: { path: { agencyId } },
    body: { reason: { 'zh-CN': zh.trim(), en: en.trim() } },
  };
  return (
    <div className="stack-tight">
      <TextField label={texts.reasonZh} value={zh} onChange={setZh} maxLength={200} />
      <TextField label={texts.reasonEn} value={en} onChange={setEn} maxLength={200} />
      {isLive ? (
        <Action
          label={texts.suspend}
          isDisabled={!isFilled}
          run={() => api.POST('/v1/onboardings/{agencyId}/suspend', options)}
        />
      ) : null}
      <Action
        label={texts.retire}
        isForGood
        isDisabled={!isFilled}
        run={() => api.POST('/v1/onboardings/{agencyId}/retire', options)}
      />
    </div>
  );
}
