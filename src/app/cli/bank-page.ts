/**
 * Confirms a payment on the sandbox bank's page as a browser without scripts does: reads the form, sends it as it is filled in,
 * and expects to be sent back to the merchant. Resolves with the address it was sent back to.
 */
export async function confirmAtBank(confirmUrl: string): Promise<string> {
  const page = await fetch(confirmUrl, { headers: { accept: 'text/html' } });
  const html = await page.text();
  if (!page.ok) throw new Error(`the bank's page answered ${page.status}`);
  const [, attributes = '', content = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? [];
  const action = attributeOf(attributes, 'action');
  if (action === null) throw new Error("the bank's page has no form to confirm with");
  const answer = await fetch(new URL(action, confirmUrl), {
    method: 'POST',
    body: fieldsOf(content),
    redirect: 'manual',
  });
  const back = answer.headers.get('location');
  if (answer.status !== 303 || back === null) {
    throw new Error(`the bank answered ${answer.status} to the confirmation`);
  }
  return new URL(back, confirmUrl).pathname;
}

/** What a browser sends of a form: hidden and text inputs, and of radio buttons and boxes the checked ones. */
function fieldsOf(form: string): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [, attributes = ''] of form.matchAll(/<input\b([^>]*)>/gi)) {
    const name = attributeOf(attributes, 'name');
    const isChoice = ['radio', 'checkbox'].includes(attributeOf(attributes, 'type') ?? 'text');
    if (name === null || (isChoice && !/\schecked\b/i.test(attributes))) continue;
    fields.append(name, attributeOf(attributes, 'value') ?? '');
  }
  return fields;
}

function attributeOf(attributes: string, name: string): string | null {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(attributes)?.[1];
  return value === undefined ? null : value.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}
