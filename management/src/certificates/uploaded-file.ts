import { z } from 'zod'
import { Problem } from '../errors.ts'
import { certificateProblems as problems } from './certificate-problems.ts'

/** What a route with `upload` is given. */
export const UploadedBody = z.object({ bytes: z.instanceof(Buffer), contentType: z.string() })

/**
 * The certificate in a body: the first file of a form whatever its field is called, else the first field that holds PEM
 * (dashboard contract, section 1.8); a body that is no such form is the certificate itself.
 */
export async function uploadedFile({
  bytes: body,
  contentType,
}: z.output<typeof UploadedBody>): Promise<Buffer> {
  if (!/^multipart\/form-data\b/i.test(contentType)) return body
  if (partsOf(body, contentType) > MAX_PARTS)
    throw new Problem(problems.certificate_invalid, 'the form has too many parts')
  const entries = await formEntries(body, contentType)
  for (const value of entries) if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  const pem = entries.find((value) => typeof value === 'string' && value.includes('-----BEGIN '))
  if (typeof pem === 'string') return Buffer.from(pem)
  throw new Problem(problems.certificate_absent)
}

/** Parts of a form that are read; a certificate comes in one. Each costs far more than its bytes. */
const MAX_PARTS = 16

function partsOf(body: Buffer, contentType: string): number {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? []
  const boundary = `--${quoted ?? plain ?? ''}`
  let parts = 0
  for (let at = body.indexOf(boundary); at !== -1 && parts <= MAX_PARTS; ) {
    parts++
    at = body.indexOf(boundary, at + boundary.length)
  }
  return parts
}

async function formEntries(body: Buffer, contentType: string): Promise<readonly (File | string)[]> {
  try {
    // A copy: the type wants bytes that nobody shares.
    const form = await new Response(Uint8Array.from(body), {
      headers: { 'content-type': contentType },
    }).formData()
    return [...form.values()]
  } catch {
    throw new Problem(problems.certificate_invalid, 'the form cannot be read')
  }
}
