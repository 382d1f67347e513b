#!/usr/bin/env bash
# curl as people use it: answers, compression both ways, chunked bodies, HEAD and OPTIONS, HTTP/1.0, kept connections.
set -euo pipefail
url=$SERVER_HTTP
infer=$url/v2/models/mnist-svm/infer
body='{"inputs":[{"name":"predict","shape":[1,64],"datatype":"FP32","data":[0,0,1,11,14,15,3,0,0,1,13,16,12,16,8,0,0,8,16,4,6,16,5,0,0,5,15,11,13,14,0,0,0,0,2,12,16,13,0,0,0,0,0,13,16,16,6,0,0,0,0,16,16,16,7,0,0,0,0,11,13,12,1,0]}]}'

# is WHAT EXPECTED GOT
is() {
  if [[ $3 != *"$2"* ]]; then
    echo "not ok: $1: expected $2, got: $3"
    exit 1
  fi
  echo "ok: $1"
}

is 'live' '{"live":true}' "$(curl -sS "$url/v2/health/live")"
is 'HEAD' 'HTTP/1.1 200' "$(curl -sSI "$url/v2/health/ready")"
is 'OPTIONS without CORS' 'HTTP/1.1 405' "$(curl -sSi -X OPTIONS "$infer")"
is 'infer' '"data":[8]' "$(curl -sS "$infer" -H 'content-type: application/json' -d "$body")"
is "without a JSON type curl says it is a form" 'expected application/json' "$(curl -sS "$infer" -d "$body")"
is 'a chunked body' '"data":[8]' "$(curl -sS "$infer" -H 'content-type: application/json' -H 'transfer-encoding: chunked' -d "$body")"
is 'a gzip body' '"data":[8]' "$(gzip <<<"$body" | curl -sS "$infer" -H 'content-type: application/json' -H 'content-encoding: gzip' --data-binary @-)"
is 'a gzip answer' 'content-encoding: gzip' "$(curl -sSi --compressed "$url/v2/docs/dataplane.json" | tr -d '\0')"
is 'HTTP/1.0' '"data":[8]' "$(curl -sS --http1.0 "$infer" -H 'content-type: application/json' -d "$body")"
is 'the request id of the caller' '"id":"żółw"' "$(curl -sS "$infer" -H 'content-type: application/json' -d "{\"id\":\"żółw\",${body#\{}")"
is 'a kept connection' 'Re-using existing' "$(curl -sSv "$url/v2/health/live" "$url/v2/health/live" 2>&1 | sed 's/Re-using existing connection/Re-using existing/')"
is 'a slash too many' '"name":"mlserver"' "$(curl -sSL "$url/v2/")"
