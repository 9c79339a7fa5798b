/** Somebody listens on the port already. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly code = 'PORT_TAKEN';

  /** For `catch`: names the variable that chooses another port. */
  static from(variable: string, port: number) {
    return (error: unknown): never => {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
        throw new PortTakenError(
          `Port ${port} is taken: stop what listens there, or choose another with ${variable}`,
          { cause: error },
        );
      throw error;
    };
  }
}
