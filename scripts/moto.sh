#!/usr/bin/env bash
# Installs the S3 server that tests of remote models speak to, into .moto; they are skipped without it. Needs Python 3.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .moto/bin/moto_server ] && exit 0
python3 -m venv .moto
.moto/bin/pip install --quiet --disable-pip-version-check 'moto[s3,server]'
