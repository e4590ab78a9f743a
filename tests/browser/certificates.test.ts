import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCertificate } from '../support/certificates.ts'
import { dashboardAs } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld()

const admin = () => dashboardAs(world.server, world.administrator.accessKey)

test('a certificate is pasted with its key, listed, and its private key is shown nowhere', () =>
  asAdministrator(async (page) => {
    const { certificate, key } = makeCertificate({
      name: 'orders.example',
      dnsNames: ['orders.example', 'www.orders.example'],
    })
    await page.goto('/certificates')
    await page.getByRole('link', { name: 'ADD CERTIFICATE' }).first().click()
    await page.getByRole('textbox', { name: 'PEM' }).fill(certificate + key)
    await page.getByText('With a private key').waitFor()
    await page.getByRole('button', { name: 'ADD', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'orders.example' }).waitFor()
    await page.getByText('orders.example, www.orders.example').waitFor()
    await page.getByText('Nothing names it.').waitFor()
    assert.equal((await page.content()).includes('PRIVATE KEY'), false)
    await page.getByRole('link', { name: 'Certificates' }).click()

    const row = page.getByRole('row', { name: /^orders\.example/ })
    await row.getByText('with its key').waitFor()
    // It ends tomorrow.
    await row.getByText('Expires soon').waitFor()
    await row.getByText('no API').waitFor()
  }))

test('a file is taken too, and what is no certificate is told before it is sent', () =>
  asAdministrator(async (page) => {
    const { certificate, key } = makeCertificate({ name: 'file.example' })
    const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
    await page.goto('/certificates/new')
    await page.getByLabel('File with a certificate').setInputFiles(file('only.key', key))
    await page.getByText('There is a key in this, and no certificate').waitFor()
    assert.equal(await page.getByRole('button', { name: 'ADD', exact: true }).isDisabled(), true)
    await page.getByRole('button', { name: 'Another one' }).click()
    await page.getByLabel('File with a certificate').setInputFiles(file('file.pem', certificate))
    await page.getByText('Without a private key').waitFor()
    await page.getByRole('button', { name: 'ADD', exact: true }).click()

    await page.getByRole('heading', { level: 1, name: 'file.example' }).waitFor()
  }))

test('one that is there already is refused in words, and what was pasted stays', () =>
  asAdministrator(
    async (page) => {
      const { certificate } = makeCertificate({ name: 'twice.example' })
      await admin().post('/api/certs', certificate)
      await page.goto('/certificates/new')
      await page.getByRole('textbox', { name: 'PEM' }).fill(certificate)
      await page.getByRole('button', { name: 'ADD', exact: true }).click()
      await page.getByRole('alert').getByText('already exists').waitFor()

      assert.equal(await page.getByRole('textbox', { name: 'PEM' }).inputValue(), certificate)
    },
    {},
    (mishap) => mishap.includes('404'),
  ))

test('deleting one says which APIs depend on it', () =>
  asAdministrator(async (page) => {
    const { certificate, key } = makeCertificate({ name: 'upstream.example' })
    const id = (await admin().post('/api/certs', certificate + key)).textAt('id')
    const proxy = { listen_path: '/pinned/', target_url: 'https://127.0.0.1:1/' }
    const upstream_certificates = { '*': id }
    await admin().post('/api/apis', {
      api_definition: { name: 'pinned', active: true, use_standard_auth: true, proxy, upstream_certificates },
    })
    await page.goto(`/certificates/${id}`)
    await page.getByRole('region', { name: 'Used by' }).getByRole('link', { name: 'pinned' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the certificate “upstream.example”?' })
    await dialog.getByText('1 API depends on it').waitFor()
    await dialog.getByRole('checkbox', { name: /^Take it out of these APIs first/ }).check()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { level: 1, name: 'Certificates' }).waitFor()
    await page.getByText('is deleted').waitFor()

    assert.equal((await admin().get(`/api/certs/${id}`)).status, 404)
    const { apis } = JSON.parse((await admin().get('/api/apis?q=pinned')).text)
    assert.deepEqual(apis[0].api_definition.upstream_certificates, {})
  }))
