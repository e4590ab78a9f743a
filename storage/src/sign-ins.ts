/** A browser's session: the cookie is random and kept only as a hash. */
export type SignIn = {
  readonly tokenHash: string
  readonly userId: string
  readonly createdAtMs: number
  readonly lastSeenAtMs: number
  readonly expiresAtMs: number
}

/** Browser sessions; no revision, they are no records of the product. These may be called outside `write`. */
export interface SignInStore {
  byTokenHash(hash: string): Promise<SignIn | undefined>
  insert(signIn: SignIn): Promise<void>
  touch(tokenHash: string, lastSeenAtMs: number): Promise<void>
  remove(tokenHash: string): Promise<void>
  removeOfUser(userId: string): Promise<void>
  removeExpired(nowMs: number): Promise<void>
}
