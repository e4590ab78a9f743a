/** What the gate asks at each step of its trace, in its order. */
const questions: Readonly<Record<string, string>> = {
  route: 'Which API is it for?',
  version: 'Which version of the API?',
  address: 'Is the caller’s address let in?',
  path: 'Is the path open?',
  credential: 'Who is calling?',
  key: 'Is the key in force?',
  rights: 'May the key do this?',
  rate: 'Is the rate kept?',
  quota: 'Is there quota left?',
  concurrency: 'Are not too many under way?',
  upstream: 'Did the upstream answer?',
}

/** A step as the question that it answers. */
export function questionOf(step: string): string {
  return questions[step] ?? (step === '' ? 'Decision' : step.charAt(0).toUpperCase() + step.slice(1))
}
