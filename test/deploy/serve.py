"""Serves ministack on a free loopback port, prints the port, and ends, with its workers, when its standard input does.

The line `auth` on its standard input makes it evaluate identity policies from then on.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
# Its workers inherit it, and get it beside the options that their function has.
preload = f"--import={pathlib.Path(__file__).with_name('outside-here.mjs').as_uri()}"
os.environ["NODE_OPTIONS"] = preload


class Worker(subprocess.Popen):
    def __init__(self, *command, env=None, **options):
        own = (env or {}).get("NODE_OPTIONS", preload)
        if preload not in own:
            env = {**env, "NODE_OPTIONS": f"{own} {preload}"}
        super().__init__(*command, env=env, **options)


subprocess.Popen = Worker
os.environ.update(GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", LAMBDA_EXECUTOR="local", PERSIST_STATE="0")

import alias_action  # noqa: E402: loads ministack
import condition_keys  # noqa: E402
import global_tables  # noqa: E402
import metric_math  # noqa: E402
import schedule_arns  # noqa: E402
from ministack import app  # noqa: E402: the module reads the environment when it is loaded
from ministack.core import lambda_runtime  # noqa: E402
from ministack.services import eventbridge, scheduler  # noqa: E402


def listen():
    for line in sys.stdin:
        # What the environment's AUTH=true does, but later, so that one deployment serves for both.
        if line.strip() == "auth":
            app.AUTH = True
            # Workers that are warm keep the root credentials that they were started with.
            lambda_runtime.reset()
            print("auth", flush=True)
    os.killpg(os.getpgid(0), signal.SIGKILL)


# Like AWS, ministack takes events of `aws.*` sources from services alone. Here the test stands for the services that ministack
# does not have: CloudTrail, and the alarms of CloudWatch.
assert eventbridge._put_events.__defaults__ == (False,)
eventbridge._put_events.__defaults__ = (True,)

# As AWS does within the minute after; ministack looks every ten seconds.
assert scheduler._SCHEDULE_TICK_INTERVAL == 10
scheduler._SCHEDULE_TICK_INTERVAL = 1

alias_action.install()
condition_keys.install()
global_tables.install()
metric_math.install()
schedule_arns.install()

sys.argv = ["ministack"]
print(port, flush=True)
threading.Thread(target=listen, daemon=True).start()
app.main()
