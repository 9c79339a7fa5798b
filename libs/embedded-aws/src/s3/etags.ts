/** An ETag without its quotes and weakness mark: S3 compares them so. */
export function bareETag(etag: string): string {
  return etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
}

/** Whether an `If-Match` or `If-None-Match` value, a list or `*`, names the ETag. */
export function namesETag(headerValue: string, etag: string): boolean {
  return headerValue
    .split(',')
    .some((item) => item.trim() === '*' || bareETag(item) === bareETag(etag));
}
