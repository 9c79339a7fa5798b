/** Side files of which there is one, `logo.png`. */
export function logoOnly(logo: Uint8Array): (name: string) => Promise<Uint8Array> {
  return (name) =>
    name === 'logo.png'
      ? Promise.resolve(logo)
      : Promise.reject(new Error(`there is no side file ${JSON.stringify(name)}`));
}
