import bankBillerChannel from '../../providers/bank-biller-channel/index.ts';
import electricity from '../../providers/electricity/index.ts';
import fileBiller from '../../providers/file-biller/index.ts';
import gas from '../../providers/gas/index.ts';
import healthCode from '../../providers/health-code/index.ts';
import openProtocol from '../../providers/open-protocol/index.ts';
import providentFund from '../../providers/provident-fund/index.ts';
import sandboxBank from '../../providers/sandbox-bank/index.ts';
import socialSecurity from '../../providers/social-security/index.ts';
import vendorPlatform from '../../providers/vendor-platform/index.ts';
import water from '../../providers/water/index.ts';
import type { PlugIns } from '../agencies/index.ts';

/** Every provider and channel that this build knows: the one list of them. */
export const PLUG_INS: PlugIns = {
  providers: [
    bankBillerChannel,
    electricity,
    fileBiller,
    gas,
    healthCode,
    openProtocol,
    providentFund,
    socialSecurity,
    vendorPlatform,
    water,
  ],
  channels: [sandboxBank],
};
