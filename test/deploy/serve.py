"""Serves ministack on a free loopback port, prints the port, and ends, with its workers, when its standard input does."""

import os
import signal
import socket
import sys
import threading

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
os.environ.update(GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", LAMBDA_EXECUTOR="local", PERSIST_STATE="0")

from ministack.app import main  # noqa: E402: the module reads the environment when it is loaded
from ministack.services import eventbridge  # noqa: E402


def end_with_parent():
    sys.stdin.buffer.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


# Like AWS, ministack takes events of `aws.*` sources from services alone. Here the test stands for the services that ministack
# does not have: CloudTrail and CloudWatch's alarms.
assert eventbridge._put_events.__defaults__ == (False,)
eventbridge._put_events.__defaults__ = (True,)

sys.argv = ["ministack"]
print(port, flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
main()
