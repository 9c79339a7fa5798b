import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** A host name of the distribution with its certificate. */
export interface Domain {
  readonly names: readonly string[];
  /** Output: the distribution waits until the certificate is valid. */
  readonly certificateArn: pulumi.Input<string>;
  /** Hosted zone that gets the records of the distribution, if the stack creates them. */
  readonly zoneId?: pulumi.Output<string>;
}

/** CloudFront looks for certificates in this region only. */
const CERTIFICATES = 'us-east-1';
/** Seconds. */
const VALIDATION_TTL = 300;

/** The domain of the settings. Creates the certificate and its DNS validation if they name a hosted zone. */
export function createDomain(
  name: string,
  { delivery, tags }: { delivery: NonNullable<Settings['delivery']>; tags: Settings['tags'] },
  opts: pulumi.CustomResourceOptions,
): Domain | undefined {
  const { domain, domains, certificateArn } = delivery;
  if (domains && certificateArn !== undefined) return { names: domains, certificateArn };
  if (!domain) return undefined;
  const host = domain.name ?? `images.${domain.zone}`;
  const { zoneId } = aws.route53.getZoneOutput({ name: domain.zone, privateZone: false }, opts);
  const certificate = new aws.acm.Certificate(
    `${name}-certificate`,
    { domainName: host, validationMethod: 'DNS', region: CERTIFICATES, tags },
    opts,
  );
  const option = certificate.domainValidationOptions.apply(([first]) => first);
  const validation = new aws.route53.Record(
    `${name}-certificate-validation`,
    {
      zoneId,
      name: option.apply((one) => one?.resourceRecordName ?? ''),
      type: option.apply((one) => one?.resourceRecordType ?? 'CNAME'),
      records: [option.apply((one) => one?.resourceRecordValue ?? '')],
      ttl: VALIDATION_TTL,
      // Every certificate of an account for this name has the same record.
      allowOverwrite: true,
    },
    opts,
  );
  const valid = new aws.acm.CertificateValidation(
    `${name}-certificate-valid`,
    {
      certificateArn: certificate.arn,
      validationRecordFqdns: [validation.fqdn],
      region: CERTIFICATES,
    },
    opts,
  );
  return { names: [host], certificateArn: valid.certificateArn, zoneId };
}

/** Points the host name to the distribution, over IPv4 and IPv6. */
export function createDomainRecords(
  name: string,
  { domain, distribution }: { domain: Domain; distribution: aws.cloudfront.Distribution },
  opts: pulumi.CustomResourceOptions,
): void {
  const { zoneId, names } = domain;
  if (!zoneId) return;
  for (const type of ['A', 'AAAA'] as const)
    new aws.route53.Record(
      `${name}-domain-${type.toLowerCase()}`,
      {
        zoneId,
        name: names[0] ?? '',
        type,
        aliases: [
          {
            name: distribution.domainName,
            zoneId: distribution.hostedZoneId,
            evaluateTargetHealth: false,
          },
        ],
      },
      opts,
    );
}
