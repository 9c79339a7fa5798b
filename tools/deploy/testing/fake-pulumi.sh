#!/bin/sh
# Replaces the Pulumi CLI: records its arguments and answers as the CLI does.
echo "pulumi $*" >> "$FAKE_PULUMI_LOG"
# As the CLI warns of language hosts that are not next to it, or of a new version.
echo 'warning: this is not JSON' >&2
case ",$FAKE_PULUMI_FAILS," in
  *",$1,"*)
    echo "error: $1 does not work today" >&2
    exit 255
    ;;
esac
PATH=/usr/bin:/bin
case "$1 $2" in
  version*) echo v3.265.0 ;;
  whoami*) echo tester ;;
  'stack export') cat "$FAKE_PULUMI_STATE" || exit 255 ;;
  'stack output') cat "$FAKE_PULUMI_OUTPUTS" ;;
  config*) echo "$FAKE_PULUMI_CONFIG" ;;
  env*) echo "$FAKE_PULUMI_VARIABLES" ;;
esac
