/**
 * Tables of matplotlib, from https://bids.github.io/colormap (CC0): 256 colours of three little-endian 16-bit numbers, of
 * 65,535 each.
 */
const VIRIDIS =
  'WkQ/AVRUvUR1At5VG0W+A2RXdEUbBeZYyEWLBmRaGEYQCN1bY0aqCVJdqUZOC8Ne6kbjDC5gJ0drDpVhX0fpD/dikUdeEVRkv0fLEqxl6EczFP9mDUiWFUxoLEj0FpRpRkhPGNZqXEimGRJsbUj7GklteEhNHHpuf0idHaVvgUjrHspwf0g3IOhxd0iCIQFza0jMIhN0WkgUJB91REhaJSV2KUigJiR3CkjlJx1450coKQ95v0drKvt5kkesK+F6YUftLL97LEcsLph88kZrL2l9tEaoMDV+c0blMfp+LUYhM7h/40VbNHCAlkWVNSKBRUXNNs6B8UQEOHOCmUQ6ORKDPkRvOqyD4EOjOz+Ef0PVPM2EG0MGPlWFtUI2P9iFS0JkQFWG4EGRQcyGckG9Qj+HAkHnQ6yHkEAQRRWIHEA4RnmIpj9eR9iILz+CSDOJtj6lSYmJPD7GStyJwT3mSyqKRj0FTXSKyTwhTruKSzw9T/6KzTtXUD2LTztvUXqL0DqGUrOLUTqbU+mL0jmvVByMUznCVU2M1DjTVnqMVTjjV6aM1zfxWM+MWTf+WfWM3DYJWxqNXzYUXDyN4zUdXV2NaDUlXnyN7jQrX5mNdDQxYLSN/DM1Yc2NhDM4YuaNDjM6Y/yNmDI7ZBKOJDI7ZSaOsDE6ZjmOPjE4Z0uOzTA1aFuOXTAxaWuO7i8sanmOgC8na4eOFC8hbJOOqC4abZ+OPi4SbqmO1C0Kb7OOay0BcLyOBC34cMSOnSzuccuONyzkctGO0ivZc9aObivNdNqOCivBdd6Opyq1duCORSqpd+KO4ymceOKOgimPeeKOISmBeuCOwShze92OYShmfNmOAShYfdSOoidJfs6OQyc7f8aO5CYsgL2OhSYegbOOJyYPgqeOySUAg5qObCXyg4uODyXjhHuOsiTUhWmOViTFhlWO+iO2hz+OnyOniCeORSOZiQ6O6yKKivKNlCJ7i9SNPSJsjLSN6CFdjZKNlCFPjm2NQyFAj0aN9CAykB2NqCAjkfGMXyAUksKMGiAGk5CM2B/3k1yMmx/plCWMYx/aleuLMB/Mlq2LAx+9l22L3R6vmCqLvh6gmeOKpx6RmpmKmB6Cm0uKkh5znPqJlh5knaaJpB5Vnk6Jvh5Fn/KI4h42oJKIEx8moS+IUB8WosiHmh8Fo1yH8R/1o+2GVyDkpHqGyiDSpQOGTCHApoiF3CGupwiFeyKcqISEKSOJqfyD5SN1qm+DryRhq96CiCVMrEmCcCY3ra+BZSchrhGBaSgLr26Aeinzr8Z/mCrbsBp/wyvCsWl++yypsrR9Py6Os/l8jy9ztDp86zBXtXZ7UjI6tq56xDMbt+B5QTX8tw55yDbcuDZ4Wji6uVp39TmYunl2mjt0u5N1Rz1PvKh0/j4ovbdzvkABvsJyhkLYvshxVkStv8lwLkaCwMVvD0hUwbtu9kklwq1t5kv1wpls3E3Dw4Fr2k+PxGNq31FaxUFp6lMjxhlo/FXqxuxmFVivx7plNFpzyINkWVw0yUdjhF70yQZitmCxysBg7WJty3VfKmUnzCVebGfezNBctGmTzXZbAmxGzhZaVG73zrJYrHCmz0lXCXNS0NtVa3X80GlU0nek0fFSPXpJ0nVRrXzs0vRPIn+N025OmoEq1ORMGITG1FZLmYZf1cJJHon11StIp4uJ1o9GNI4a1+9ExJCp10xDWJM12KRB7pW+2Pk/iJhF2Us+JZvJ2Zk8xZ1K2uQ6Z6DJ2i05C6NF23Q3sqW/27k1W6g23P0zBaur3EAysa0d3YMwXrCN3ccuDLP73Qwtu7Vm3lQra7jO3qApG7s13/Eny72Z30kme8D836okKsNc4BYj2cW74JAhh8gY4RogM8tz4bke3s3N4W4dh9Al4kAcLtN84jEb09XS4kcadtgn44YZFtt64/MYst3N45AYTOAg5GIY4uJy5GoYdOXD5KkYA+gU5R8Zjupl5cgZFO235aQalu8I5q4bFPJZ5uMcjvSr5j4eAvf+5rofcvlR51Yh3vuk5wwjRf7559kk';
const MAGMA =
  'YAAfAI0DlABVALEE1wCXABIGKAHlAKwHhgE9AYEJ8QGhAYMLagIOAocN7wKEAo0PggMDA5QRIwSLA5wT0QQaBKcVjgWxBLUXWQZOBcYZMwfwBdkbHQiZBvEdGAlFBw4gJAr1By4iOAupCFIkTgxfCXwmZQ0XCqoofg7LCt4qmg94CxctuRAdDFUv3BG7DJgxAhNRDeEzLRTfDTA2XRVlDoM4kRbiDtw6yxdWDzo9CxnAD5w/UhohEAJCnxt4EG1E9BzEENtGUB4FEUxJsx86Eb5LHyFkETFOkyKCEaRQDySTERVTlCWZEYFVICeSEelXtSiAEUlaUSpjEaBc9Ss7Eepeny0LESZhTy/UEFJjAzGYEGplvDJZEG1ndjQbEFlpMzbfDyxr8DeoD+ZsrTl5D4ZuaTtVDwxwIz08D3lx3D4yD8xykUA2Dwh0REJJDyx19ENsDzt2oUWdDzV3S0feDxx48kgsEPJ4l0qGELd5OEztEG562E1eERZ7dU/YEbJ7EFFaEkF8qVLjEsZ8QFRzE0F91lUHFLN9a1egFB1+/lg8FX5+kVrbFdl+Ilx8Fix/s10fF3p/Q1/DF8F/0mBoGASAYWINGUGA8GOyGXqAfmVYGq6ADWf9Gt2AnGihGwmBKmpFHDGBuWvoHFWBR22KHXaB1m4sHpOBZnDMHq2B9nFrH8SBhnMJINeBF3WlIOiBqHZBIfWBOnjbIf+BzHl0IgeCX3sLIwuC83yiIw2Ch343JAuCHIDLJAeCsoFdJf+BSIPvJfWB4IR/JueBeIYPJ9eBEIidJ8OBqokqKK2BRIu2KJOB34xBKXaBe47MKVaBF5BVKjOBtZHeKg2BU5NmK+OA8pTuK7WAkZZ0LIWAMZj7LFGA0pmALRmAc5sGLt5/FZ2LLqB/uJ4QL11/W6CVLxd//6EaMM5+o6OeMIB+SKUkMS9+7KapMdp9kqgvMoF9N6q1MiR93as8M8N8g63DM158Ka9MNPV7zrDVNIh7dLJgNRh7GrTsNaJ6v7V6Nil6ZLcJN6x5CbmaNyt5rbotOKV4UbzCOBx4871ZOY53lb/0Ofx2NsGROmd21cIxO811c8TUOy91EMZ7PI10q8clPehzRMnUPT9z3MqGPpJyccw+P+FxA876Py1xk8+7QHZwINGCQbtvqtJPQv5uMdQhQz5utNX6Q3ttM9faRLZsrtjBRfBrJNqvRidrldukR15qAt2iSJNpaN6oSchoyd+3Sv1nJOHPSzJneOLvTGlmxeMZTqJlCuVNT9xkSOaKUBtkfufSUV1jrOgjU6Ni0el+VO9h7erjVUJhAOxSV5tgCe3KWP1fCe5MWmdfAO/YW9te7e9sXVpe0PAIX+RdqfGtYHldefJZYhtdQPMMZMpc/fPGZYdcsvSGZ1FcXfVMaSpcAPYXaxBcm/bmbAZcLfe5bgpcuPeQcBxcPPhqcj1cufhHdGxcL/kmdqlcnvkHePRcB/rpeU1da/rOe7NdyfqzfSdeIvuYf6dedvt/gTNfxftmg8tfD/xNhW9gVfw0hx5hl/wbidhh1fwCi51iEP3pjGxjRv3QjkRkef23kCZlqf2ckhJm1v2BlAZnAP5mlgNoJv5KmAhpSv4umhVqa/4RnCpriv7znUZspv7Vn2ltv/62oZRu1/6Xo8Vv7P52pf1w//5WpztyD/81qX9zH/8Sq8l0LP/wrBh2Nf/Nrm53P/+psMh4R/+Fsih6S/9htI17UP87tvd8Uf8VuGZ+Uf/wudp/Uf/Ju1KBTf+ivc+CSf97v1CEQ/9TwdaFPP8sw2CHNP8Dxe6IKf/bxoGKHv+yyBeMEf+JyrKNA/9gzFCP9P42zvKQ5P4N0JiS0/7j0UKUwP650/CVrv6O1aGXmP5k11aZhP452Q6bbf4P28ucWP7j3IqeP/653k2gKf6N4BOiEP5j4t2j+f025Kml3v0M5nmnx/3f50uprf206SGrlf2H6/ise/1c7dSuZP0v77CwS/0D8ZCyM/3X8nG0HP2r9FW2Bf1+9jq47/xS+CG62Pwm+gq8xPz5+/O9r/zO/d+/';

export const COLOUR_MAPS = ['grey', 'viridis', 'magma', 'heat'] as const;
export type ColourMap = (typeof COLOUR_MAPS)[number];

/** Numbers of a table, 0 to 1. */
function decoded(table: string): Float64Array {
  const bytes = Buffer.from(table, 'base64');
  return Float64Array.from(
    { length: bytes.length / 2 },
    (_, at) => bytes.readUInt16LE(2 * at) / 65_535,
  );
}

/** Shares of the way from black to white at which red and green are complete in `heat`, and its first red. */
const HEAT = { start: 0.0416, red: 0.365079, green: 0.746032 };

function heat(share: number): readonly number[] {
  const ramp = (from: number, to: number) => Math.max(0, Math.min(1, (share - from) / (to - from)));
  const red = HEAT.start + (1 - HEAT.start) * ramp(0, HEAT.red);
  return [red, ramp(HEAT.red, HEAT.green), ramp(HEAT.green, 1)];
}

/** Makes a map's 256 colours at equal distances: red, green and blue in turn, 0 to 1. */
export const MAP_STEPS: Readonly<Record<ColourMap, () => Float64Array>> = {
  grey: () => Float64Array.from({ length: 768 }, (_, at) => Math.floor(at / 3) / 255),
  viridis: () => decoded(VIRIDIS),
  magma: () => decoded(MAGMA),
  heat: () => Float64Array.from(Array.from({ length: 256 }, (_, step) => heat(step / 255)).flat()),
};
