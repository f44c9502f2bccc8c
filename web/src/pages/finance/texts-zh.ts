/** Words of the finance pages' frame; each part of them has its own beside it. */
export const zhCN = {
  title: '财务',
  navigation: '财务页面',
  pages: {
    days: '对账日',
    breaks: '差错',
    settlements: '结算',
    payouts: '付款',
    months: '月末',
  },
};

export type Texts = typeof zhCN;
